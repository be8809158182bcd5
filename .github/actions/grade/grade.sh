#!/bin/sh
# The step of action.yml, in whose inputs' variables it finds what to do. The grader,
# the specs and the references are those of the version of this project that the
# workflow names; of the submission only the answers are taken.
set -euf

below() { case $1 in /*) echo "$1" ;; *) echo "$GITHUB_WORKSPACE/$1" ;; esac; }
tell() { echo "$1=$2" >>"$GITHUB_OUTPUT"; }
# A log is searched for commands to the runner; what quotes a submission may hold some.
quote() {
  token=dojo-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$token"
  cat
  echo "::$token::"
}

cd "$(dirname "$0")/../../.."
# Hosted runners keep ordinary users from making namespaces, which walls are made of.
# A machine of one's own is set up by whose it is.
if [ "${RUNNER_ENVIRONMENT-}" = github-hosted ]; then
  sudo -n sysctl -q -w kernel.apparmor_restrict_unprivileged_userns=0 2>/dev/null || true
fi

verdict=error
work=$(mktemp -d)
trap 'tell verdict "$verdict"; rm -rf "$work"' EXIT
echo '::group::Build the grader, and see what this runner has for it'
make -s build
bin/dojo doctor || true
echo '::endgroup::'

set -- $KATAS --from "$(below "$SOURCE")" --quiet \
  --out terminal="$work/scorecard" --out github="$work/annotations" --out markdown="$work/summary"
while IFS= read -r format; do
  [ -z "$format" ] || set -- "$@" --out "${format%%=*}=$(below "${format#*=}")"
done <<END
$FORMATS
END
[ -z "$MINIMUM" ] || set -- "$@" --minimum "$MINIMUM"
[ -z "$REPEAT" ] || set -- "$@" --repeat "$REPEAT"
[ "$TRUST" != true ] || set -- "$@" --trust

status=0
points=$(bin/dojo grade "$@") || status=$?
if [ -f "$work/scorecard" ]; then
  quote <"$work/scorecard"
  cat "$work/annotations"
  cat "$work/summary" >>"$GITHUB_STEP_SUMMARY"
fi
case $status in
0) verdict=pass ;;
1) verdict=fail ;;
*) exit $status ;;
esac
score=${points%% *}
tell score "${score%/*}"
tell max "${score#*/}"
exit $status
