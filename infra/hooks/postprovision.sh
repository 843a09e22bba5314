#!/bin/sh
# After everything is made: secrets of ours, at random, where there are none yet.
set -eu
"$(dirname "$0")/../secret.sh" make
