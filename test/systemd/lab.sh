#!/usr/bin/env bash
# A real systemd to throw away: PID 1, journald, dbus and logind in a container on an overlay of this machine's own /.
#   lab.sh check                     says in one line why there can be none here; silent where there can
#   lab.sh start [NSPAWN-OPTION..]   boots it in a second or two; a further line is what it needs, e.g. --bind-ro=A:B
#   lab.sh exec CMD [ARG..]          runs CMD in it as root
#   lab.sh stop                      powers it off; nothing of it is left
# What is written in it goes to memory and never to this machine. Its /tmp is new, its network is a loopback of its own.
# LAB names it, so that several run side by side; after LAB_LIMIT_S seconds it ends, whatever happens.
set -euo pipefail

LAB=${LAB:-kloros-lab}
LAB_LIMIT_S=${LAB_LIMIT_S:-900}
readonly BOOT_LIMIT_S=90
readonly STATE=/tmp/$LAB.lab
readonly SELF=$(readlink -f "$0")
readonly CGROUPS=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
readonly NAMED_CGROUPS=$(awk '$3 == "cgroup" && $4 ~ /name=systemd/ { print $2; exit }' /proc/self/mounts)

fail() {
  echo "lab: $*" >&2
  exit 125
}

check() {
  [[ $(id -u) == 0 ]] || { echo 'needs root'; return; }
  command -v systemd-nspawn >/dev/null || { echo 'needs systemd-nspawn: apt-get install systemd-container'; return; }
  [[ -x /lib/systemd/systemd ]] || { echo 'needs systemd: apt-get install systemd-sysv dbus'; return; }
  [[ -n $CGROUPS ]] || { echo 'needs a cgroup2 file system'; return; }
  unshare --mount --propagation private true 2>/dev/null || { echo 'may not mount here'; return; }
  mkdir "$CGROUPS/$LAB.probe" 2>/dev/null || { echo 'may not make control groups here'; return; }
  rmdir "$CGROUPS/$LAB.probe"
}

# The process that is PID 1 inside; another one after a reboot.
init_pid() {
  local pid
  read -r pid 2>/dev/null <"$CGROUPS/$LAB/payload/init.scope/cgroup.procs" && [[ -n $pid ]] && echo "$pid"
}

inside() {
  local init
  init=$(init_pid) || fail "'$LAB' does not run"
  nsenter --target "$init" --mount --uts --ipc --net --pid --cgroup -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    sh -c 'cd /; exec "$@"' sh "$@"
}

is_up() {
  [[ -s $STATE/pid ]] && grep -qsF "/$LAB" "/proc/$(<"$STATE/pid")/cgroup"
}

# Runs in a mount namespace of its own, below timeout(1), until the lab is powered off.
keep() {
  local tree status=0 root=$STATE/fs/root options=("$@")
  for tree in "$CGROUPS" $NAMED_CGROUPS; do
    mkdir -p "$tree/$LAB"
    echo $PPID >"$tree/$LAB/cgroup.procs"
    echo $BASHPID >"$tree/$LAB/cgroup.procs"
  done
  echo $PPID >"$STATE/pid"
  mkdir -p /run/systemd
  mount -t tmpfs -o mode=755 tmpfs /run/systemd # Files of nspawn itself, hidden from this machine.
  mount -t tmpfs -o mode=755,size=75% tmpfs "$STATE/fs"
  mkdir "$STATE"/fs/{upper,work,root}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$STATE/fs/upper,workdir=$STATE/fs/work" "$root"
  prepare "$root"
  export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
  trap : TERM # timeout(1) tells its whole group; nspawn powers the lab off, and this shell waits for it.
  while :; do
    systemd-nspawn --quiet --directory="$root" --machine="$LAB" --boot --register=no --keep-unit --console=read-only \
      --link-journal=no --resolv-conf=off --timezone=off --private-network --capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN \
      --system-call-filter=bpf "${options[@]}" systemd.unit=multi-user.target systemd.show_status=no && status=0 || status=$?
    [[ $status == 133 ]] || break # 133: it was rebooted from inside.
  done
  end_payload
}

# Makes of the copy of a machine one of its own, with nothing of what the other runs.
prepare() {
  local root=$1 unit
  rm -rf "$root"/etc/systemd/{system,user}/* "$root"/var/log/journal/* "$root"/run/*
  rm -f "$root"/etc/{machine-id,hostname,fstab} "$root"/var/lib/dbus/machine-id "$root"/usr/sbin/policy-rc.d
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  echo "$LAB" >"$root/etc/hostname"
  mkdir -p "$root"/var/log/journal "$root"/etc/systemd/{system,journald.conf.d}
  printf '[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n' >"$root/etc/systemd/journald.conf.d/lab.conf"
  for unit in getty.target systemd-timesyncd.service; do ln -s /dev/null "$root/etc/systemd/system/$unit"; done
}

end_payload() {
  [[ ! -e $CGROUPS/$LAB/payload/cgroup.kill ]] || echo 1 >"$CGROUPS/$LAB/payload/cgroup.kill"
}

start() {
  local why state='' deadline=$((SECONDS + BOOT_LIMIT_S))
  why=$(check)
  [[ -z $why ]] || fail "$why"
  ! is_up || fail "'$LAB' runs already"
  clean_up
  mkdir -p "$STATE/fs"
  : >"$STATE/pid"
  export LAB LAB_LIMIT_S
  setsid unshare --mount --propagation private timeout --kill-after=20 "$LAB_LIMIT_S" bash "$SELF" keep "$@" \
    </dev/null >"$STATE/console.log" 2>&1 &
  while ((SECONDS < deadline)); do
    if init_pid >/dev/null; then state=$(inside systemctl is-system-running 2>/dev/null) || :; fi
    if [[ $state == running || $state == degraded ]]; then return; fi
    [[ ! -s $STATE/pid ]] || is_up || break
    sleep 0.1
  done
  cat "$STATE/console.log" >&2
  stop
  fail "no boot within $BOOT_LIMIT_S s (${state:-no state})"
}

stop() {
  local rounds=0
  if is_up; then
    kill -TERM "$(<"$STATE/pid")" 2>/dev/null || :
    while is_up && ((rounds++ < 150)); do sleep 0.1; done
  fi
  clean_up
}

# Whatever is left in its control groups is ended first.
clean_up() {
  local tree round
  for round in {1..20}; do
    [[ ! -e $CGROUPS/$LAB/cgroup.kill ]] || echo 1 >"$CGROUPS/$LAB/cgroup.kill" || :
    for tree in "$CGROUPS" $NAMED_CGROUPS; do
      [[ ! -d $tree/$LAB ]] || find "$tree/$LAB" -depth -type d -exec rmdir {} + 2>/dev/null || :
    done
    [[ -d $CGROUPS/$LAB ]] || break
    sleep 0.2
  done
  rm -rf --one-file-system "$STATE"
}

case ${1:-} in
  check) check ;;
  start) shift; start "$@" ;;
  exec)
    shift
    init_pid >/dev/null || fail "'$LAB' does not run"
    mkdir -p "$CGROUPS/$LAB/exec"
    echo $$ >"$CGROUPS/$LAB/exec/cgroup.procs" # So that stop ends it too.
    inside "$@"
    ;;
  stop) stop ;;
  keep) shift; keep "$@" ;;
  *) sed -n '2,/^set /{/^# /s/^# //p}' "$SELF"; exit 2 ;;
esac
