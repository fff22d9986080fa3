#!/bin/sh
# Builds the addon inside an image of Node on Debian or Alpine, for the release.
set -eu

if command -v apk >/dev/null; then
  apk add --no-cache build-base cmake curl linux-headers perl
  # A library cannot be linked statically against the C library, which is the default here.
  export RUSTFLAGS='-C target-feature=-crt-static'
fi
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
. "$HOME/.cargo/env"
npm run build
