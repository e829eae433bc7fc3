#!/bin/busybox sh
# The suite: lines of tab-separated fields on standard output, read by results.py. SECTIONS, FIDELITY,
# RACE_ATTEMPTS and LOAD_CALLS come from the kernel's command line.
USERS="root root+without-ptrace 1000"
PATIENCE=100 # seconds for one program, under emulation too

say() { printf '%s\n' "$*" | tr '|' '\t'; }
progress() { echo "# $(cut -d" " -f1 /proc/uptime) $*" >"${CONSOLE:-/dev/console}" 2>/dev/null; }
wanted() { case ",${SECTIONS:-probe,smoke,traced,fidelity,races,death,bypass}," in *",$1,"*) progress "$1" ;; *) return 1 ;; esac; }
as() { # USER[+without-ptrace] PROGRAM...
  local who=$1
  shift
  timeout "$PATIENCE" as $(echo "$who" | tr + ' ') "$@"
}
bare() { as "$1" "$2"; }
supervised() { # USER OPTIONS... -- PROGRAM...
  local who=$1
  shift
  as "$who" /bin/outrider-run --dir /w/volume "$@"
}
volume() { # POLICY: an agent listens, as beside every container
  mkdir -p /w/volume/policy /w/volume/run
  chmod 777 /w/volume/run
  cp "/policies/$1" /w/volume/policy/app.policy
  agent /w/volume/run/agent.sock /run/events &
  agent=$!
  until [ -S /w/volume/run/agent.sock ]; do sleep 0.01; done
}
guards() { # pids of ours, in the order in which they are in charge: made one after the other, at launch
  for process in $(pidof outrider-run); do
    [ -e "/proc/$process/exe" ] && echo "$process"
  done 2>/dev/null | sort -n
}
alone() { # until the supervisor has ended: it has told everything then
  local turns=0
  while pidof outrider-run >/dev/null && [ $turns -lt 200 ]; do sleep 0.05; turns=$((turns + 1)); done
  pidof outrider-run >/dev/null && { echo "error|a supervisor stays: $(guards)"; kill -9 $(guards); }
  return 0
}
told() { # NAME: the events, raw; the agent is gone then
  alone
  kill $agent
  wait $agent 2>/dev/null
  [ -z "$1" ] || say "events|$1|$(gzip -c /run/events | uuencode -m x | sed '1d;$d' | tr -d '\n')"
  rm -rf /w/volume
}
place() { # /w/place as `course` made it for smoke and load
  rm -rf /w/place
  cp -a /course /w/place
  chmod -R a+rwX /w/place
  cd /w/place
}
lines() { # KIND|NAME FILE: a field before each line
  [ ! -s "$2" ] || sed "s/^/$(echo "$1" | tr '|' '\t')\t/" "$2"
}

say "kernel|$(uname -r)|$(uname -m)|$(uname -v)"

if wanted probe; then
  for who in $USERS; do say "probe|$who|$(as $who /bin/outrider-run probe 2>&1)"; done
fi

if wanted smoke; then
  for who in $USERS; do
    for mode in alert block; do
      place
      volume "smoke-$mode"
      supervised "$who" -- /bin/smoke >/run/out 2>/run/err
      say "ended|smoke $who $mode|$?"
      lines "smoke|$who $mode" /run/out
      lines "stderr|smoke $who $mode" /run/err
      told "smoke $who $mode"
    done
  done
  for who in root 1000; do # nothing that starts without a policy, or where nobody listens, may fail either
    place
    mkdir -p /w/volume/policy /w/volume/run
    supervised "$who" -- /bin/sh -c 'sh -c "exec sh -c \"echo a chain | tr a-z A-Z\""; exit 3' >/run/out 2>/run/err
    say "ended|without a policy $who|$?"
    lines "chain|$who" /run/out
    supervised "$who" --on-failure security -- /bin/true >/run/out 2>&1
    say "ended|security without a policy $who|$?"
    alone
    rm -rf /w/volume
  done
fi

if wanted traced; then # the same with the second engine
  for who in root 1000; do
    for mode in alert block; do
      place
      volume "smoke-$mode"
      supervised "$who" --engine trace -- /bin/smoke >/run/out 2>/run/err
      say "ended|smoke traced $who $mode|$?"
      lines "smoke|traced $who $mode" /run/out
      lines "stderr|smoke traced $who $mode" /run/err
      told "smoke traced $who $mode"
    done
  done
fi

if wanted fidelity; then
  for who in root 1000; do
    for name in $(echo "$FIDELITY" | tr , " "); do
      progress "fidelity $name $who"
      for mode in bare alert block; do
        rm -rf /w/place
        mkdir /w/place
        chmod 777 /w/place
        cd /w/place
        if [ $mode = bare ]; then
          as $who "/bin/$name" >/run/out 2>&1
          say "ended|fidelity $name $who $mode|$?"
          sort /run/out >/run/bare
          continue
        fi
        volume "$mode"
        supervised $who -- "/bin/$name" >/run/out 2>&1
        say "ended|fidelity $name $who $mode|$?"
        sort /run/out >/run/under
        told
        diff -U0 /run/bare /run/under | sed -n '3,$p' | grep -v '^@' >/run/diff
        say "fidelity|$name $who $mode|$(wc -l </run/bare)"
        lines "differs|$name $who $mode" /run/diff
      done
    done
  done
fi

if wanted races; then
  for call in $(races list | cut -d' ' -f1); do
    progress "races $call"
    case $call in bind) protocol=none ;; send*) protocol=udp ;; *) protocol=tcp ;; esac
    rm -rf /w/place
    cp -a /races /w/place
    chmod 777 /w/place
    cd /w/place
    volume "races-$protocol"
    supervised root -- /bin/races "$call" "$RACE_ATTEMPTS" $((0x6100)) $((0x6000)) >/run/out 2>/run/err
    say "ended|races $call|$?"
    lines "races|$call" /run/out
    lines "stderr|races $call" /run/err
    told
  done
fi

if wanted death; then
  place
  volume smoke-block
  supervised root -- /bin/load "$LOAD_CALLS" >/run/out 2>/run/err &
  until grep -q ready /run/out; do sleep 0.05; done
  for turn in 1 2 3; do
    sleep 0.4
    set -- $(guards)
    kill -9 "$1"
  done
  sleep 0.4
  touch stop
  wait $!
  say "ended|death of the supervisor|$?"
  lines "load" /run/out
  lines "stderr|load" /run/err
  told "death of the supervisor"

  place
  volume alert
  mkfifo /run/go
  supervised root -- /bin/load closed >/run/out 2>/run/err </run/go &
  exec 9>/run/go
  until grep -q ready /run/out; do sleep 0.05; done
  set -- $(guards)
  kill -STOP "$@"
  kill -9 "$@"
  sleep 0.3
  echo go >&9
  exec 9>&-
  wait $!
  say "ended|death of both|$?"
  lines "closed" /run/out
  told
fi

if wanted bypass && [ -x /bypass/run.sh ]; then
  cd /bypass
  /bypass/run.sh /bypass >/run/out 2>/run/err
  say "ended|bypass|$?"
  lines "trick" /run/out
  lines "stderr|bypass" /run/err
fi
progress "done"
