#!/usr/bin/env bash
# A Slurm of one node on this machine's loopback, for the cluster test. Needs root and Debian.
#   tools/slurm_one_node.sh install   Debian packages slurm-wlm and munge, if they are missing
#   tools/slurm_one_node.sh start     munged, slurmctld, slurmd; waits until a job could run
#   tools/slurm_one_node.sh stop      ends what start has started
# Exit code 75: it cannot work here (not root, no Debian, packages do not install).
set -uo pipefail

state=/run/napress-slurm
config=/etc/slurm/slurm.conf
mark="# Written by napress tools/slurm_one_node.sh"

cannot() {
    echo "slurm: $1" >&2
    exit 75
}

refuse_other_slurm() {
    if [ -e "$config" ] && ! grep -qF "$mark" "$config"; then
        cannot "$config exists and is not ours; this machine has a Slurm of its own"
    fi
}

install_packages() {
    refuse_other_slurm
    command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null \
        && command -v sbatch >/dev/null && return
    [ "$(id -u)" = 0 ] || cannot "not root, packages cannot be installed"
    command -v apt-get >/dev/null || cannot "no apt-get on this machine"
    apt-get update -qq || cannot "apt-get update failed"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        slurm-wlm munge >/dev/null || cannot "slurm-wlm and munge do not install"
}

write_config() {
    refuse_other_slurm
    local host cores memory
    host=$(hostname -s)
    # At least two, for a run of two ranks. More than there are would be slower: ranks that wait
    # for each other do so at full speed. nproc alone would answer OMP_NUM_THREADS.
    cores=$(env -u OMP_NUM_THREADS nproc)
    [ "$cores" -ge 2 ] || cores=2
    memory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) / 1024 * 9 / 10))
    # The daemons find each other by host name; it must lead to the loopback.
    getent hosts "$host" >/dev/null || echo "127.0.0.1 $host" >>/etc/hosts
    mkdir -p /etc/slurm "$state/ctld" "$state/d"
    cat >"$config" <<CONF
$mark
ClusterName=napress
SlurmctldHost=$host(127.0.0.1)
# Loopback only: nothing listens to the network.
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$state/ctld
SlurmdSpoolDir=$state/d
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=60 State=UP
CONF
}

start() {
    [ "$(id -u)" = 0 ] || cannot "not root, the daemons cannot be started"
    write_config
    if ! pgrep -x munged >/dev/null; then
        mkdir -p /run/munge /var/log/munge /var/lib/munge
        [ -s /etc/munge/munge.key ] || {
            mkdir -p /etc/munge
            dd if=/dev/urandom of=/etc/munge/munge.key bs=1 count=1024 status=none
        }
        chown -R munge:munge /etc/munge /run/munge /var/log/munge /var/lib/munge
        chmod 400 /etc/munge/munge.key
        mkdir -p "$state/munge"
        chown munge:munge "$state/munge"
        runuser -u munge -- munged --pid-file "$state/munge/munged.pid" \
            || cannot "munged does not start"
    fi
    rm -rf "$state/ctld" && mkdir -p "$state/ctld"
    slurmctld || cannot "slurmctld does not start: $(tail -n 1 "$state/slurmctld.log" 2>/dev/null)"
    slurmd || cannot "slurmd does not start: $(tail -n 1 "$state/slurmd.log" 2>/dev/null)"
    for _ in $(seq 60); do
        if sinfo --noheader --format=%T 2>/dev/null | grep -qx idle; then
            echo "slurm: one node is up"
            return
        fi
        sleep 0.5
    done
    cannot "the node did not come up: $(tail -n 1 "$state/slurmctld.log" 2>/dev/null)"
}

stop() {
    [ -d "$state" ] || return 0
    # Jobs that a failed test left behind.
    timeout 10 scancel --user=root 2>/dev/null
    local pid
    for daemon in slurmd slurmctld munge/munged; do
        pid=$(cat "$state/$daemon.pid" 2>/dev/null) || continue
        kill "$pid" 2>/dev/null
        for _ in $(seq 20); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.5
        done
    done
    grep -qsF "$mark" "$config" && rm -f "$config"
    rm -rf "$state"
}

case "${1:-}" in
    install) install_packages ;;
    start) start ;;
    stop) stop ;;
    *)
        echo "usage: $0 install|start|stop" >&2
        exit 2
        ;;
esac
