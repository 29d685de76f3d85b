#!/bin/sh
# The first process of the guest. uml_job names the directory of the job on
# the host: job.sh is the command, mounts.sh brings in what is shared.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mounts=$(cat "$uml_job/mounts.sh")
mount --bind "$uml_modules" /lib/modules
for dir in /tmp /run /var/tmp /var/log; do
	mount -t tmpfs -o mode=1777 tmpfs "$dir"
done
mkdir -p /run/netns /run/lock /var/log/nginx
eval "$mounts"
ip link set lo up
# What the command prints must arrive as it was printed.
stty -opost -echo 2>/dev/null
if [ -z "$uml_terminal" ]; then
	# A pipe, so that the command does not believe that it has a terminal.
	mkfifo /run/uml-output
	cat /run/uml-output &
	exec >/run/uml-output 2>&1
fi
echo "$uml_mark begin"
sh "$uml_job/job.sh" </dev/null
status=$?
sync
echo "$uml_mark end $status"
# The runner ends the guest when it sees the mark. A daemon of the job may
# still hold the pipe, so its end is nothing to wait for.
sleep 30
echo o >/proc/sysrq-trigger
sleep 5
