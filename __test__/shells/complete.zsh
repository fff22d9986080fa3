# Types a command line into an interactive zsh, presses Tab twice, and prints what the terminal shows
# until all expected words are there, or for ten seconds.
# $1: folder with the completion, as its help says to install it. $2: the command line. Others: words.

zmodload zsh/zpty zsh/zselect
zpty shell zsh -f -i
zpty -w shell "PS1=; RPS1=; COLUMNS=200; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
# The quotes keep the word from being seen when it is only typed.
zpty -w shell "bindkey '^I' complete-word; LISTMAX=0; print RE''ADY"
# Only then does the line editor listen, which asks for pastes to be marked.
zpty -r shell shown $'*READY\r\n*\e\\[\\?2004h*'
zpty -w -n shell "$2"$'\t\t'
shift 2
shown=
while (( SECONDS < 10 )); do
  zpty -r -t shell piece && shown+=$piece
  missing=()
  for word; do [[ $shown == *$word* ]] || missing+=$word; done
  (( $#missing == 0 )) && break
  zselect -t 1
done
zpty -d shell
print -r -- "$shown"
