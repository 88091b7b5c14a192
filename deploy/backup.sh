#!/bin/sh
# A backup of this moment into the folder $1; of those that lie there, the last $2 stay (14).
# flask must be on PATH, and the settings in the environment.
set -eu
folder=$1
kept=${2:-14}
umask 077
cd "$(dirname "$0")/.."
flask --app wsgi backup "$folder/shunhao-$(date +%Y-%m-%dT%H%M%S).zip"
find "$folder" -maxdepth 1 -name 'shunhao-*.zip' | sort | head -n "-$kept" | xargs -r rm --
