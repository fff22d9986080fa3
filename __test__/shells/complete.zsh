# Types a command line into an interactive zsh, presses Tab, and prints what the terminal shows.
# $1: folder with the completion, as its help says to install it. $2: the command line.

zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; RPS1=; COLUMNS=200; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
# The quotes keep the word from being seen when it is only typed.
zpty -w shell "bindkey '^I' complete-word; LISTMAX=0; print RE''ADY"
# Only then does the line editor listen, which asks for pastes to be marked.
zpty -r shell line $'*READY\r\n*\e\\[\\?2004h*'
zpty -w -n shell "$2"$'\t\t'
# To the start of the line, which becomes a comment.
zpty -w -n shell $'\C-a: \C-m'
zpty -w shell "print DO''NE"
while zpty -r shell line; do
  [[ $line == *DONE* ]] && break
  print -r -- "$line"
done
zpty -d shell
