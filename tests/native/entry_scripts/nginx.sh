#!/bin/sh
# Makes the calls that the official image's entry point makes: steps of a directory, each sourced or run, then nginx.
set -e
exec 3>&1
if [ "$1" = nginx ] && [ -n "$(find "$STEPS" -mindepth 1 -maxdepth 1 -type f -print -quit)" ]; then
  find "$STEPS" -follow -type f -print | sort -V | while read -r step; do
    case "$step" in
    *.envsh) [ ! -x "$step" ] || { echo "$0: sources $step" >&3 && . "$step"; } ;;
    *.sh) [ ! -x "$step" ] || { echo "$0: runs $step" >&3 && "$step"; } ;;
    *) echo "$0: leaves $step" >&3 ;;
    esac
  done
fi
exec "$@"
