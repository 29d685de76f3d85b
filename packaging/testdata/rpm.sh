# What happens to an installation of a package like Red Hat's of the C daemon, with
# everything that an administrator may have edited.
set -eu
cd /tmp
ours=$(echo /work/dist/*.rpm)
rm -rf /etc/keepalived /etc/sysconfig /etc/default/keepalived /etc/init.d/keepalived /etc/dbus-1/system.d/org.keepalived* /var/lib/rpm
mkdir -p /usr/lib/systemd

# The scriptlets say here what they ask for.
cat >/usr/lib/systemd/systemd-update-helper <<'END'
#!/bin/sh
echo "$@" >>/tmp/asked
END
chmod 755 /usr/lib/systemd/systemd-update-helper

cat >c.spec <<'END'
Name: keepalived
Version: 2.2.8
Release: 6.el9
Summary: The C daemon
License: GPL
AutoReqProv: no
%define _build_id_links none
%description
The places and kinds of files of Red Hat's package.
%prep
%build
%install
cd %{buildroot}
mkdir -p etc/keepalived etc/sysconfig etc/dbus-1/system.d usr/sbin usr/bin usr/lib/systemd/system
echo '# as delivered' | tee etc/keepalived/keepalived.conf etc/sysconfig/keepalived \
	etc/dbus-1/system.d/org.keepalived.Vrrp1.conf usr/sbin/keepalived usr/lib/systemd/system/keepalived.service
ln -s ../sbin/keepalived usr/bin/genhash
%postun
[ $1 -lt 1 ] || /usr/lib/systemd/systemd-update-helper mark-restart-system-units keepalived.service
%files
%dir /etc/keepalived
%attr(0600,root,root) %config(noreplace) /etc/keepalived/keepalived.conf
%config(noreplace) /etc/sysconfig/keepalived
%config(noreplace) /etc/dbus-1/system.d/org.keepalived.Vrrp1.conf
/usr/sbin/keepalived
/usr/bin/genhash
/usr/lib/systemd/system/keepalived.service
END
rpmbuild -bb --define '_topdir /tmp' --define '_sysconfdir /etc' c.spec >log 2>&1 || cat log
c=$(echo /tmp/RPMS/*/*.rpm)

state() {
	find /etc -path '*eepalived*' -type f | sort | while read -r name; do
		mode=$(stat -c %a "$name")
		grep -q MINE "$name" && echo "mine $mode $name" || echo "     $mode $name"
	done
	sed 's/^/asked: /' /tmp/asked 2>/dev/null || :
	rm -f /tmp/asked
}
quietly() { "$@" >/tmp/log 2>&1 || { echo "FAILED: $*"; cat /tmp/log; exit 1; }; }
edit() {
	for name in keepalived/keepalived.conf sysconfig/keepalived dbus-1/system.d/org.keepalived.Vrrp1.conf; do
		echo '# MINE' >/etc/$name
	done
}

echo "== edited"
quietly rpm -i --nodeps "$c"
edit
state

echo "== ours over it"
quietly rpm -U --nodeps "$ours"
state
/usr/sbin/keepalived -v 2>&1 | sed -n 's/ (.*//p' | head -1
genhash -v 2>&1 | head -1 | cut -d ' ' -f 1

echo "== back"
quietly rpm -U --nodeps --oldpackage "$c"
state

echo "== ours again, twice"
quietly rpm -U --nodeps "$ours"
quietly rpm -U --nodeps --force "$ours"
state

echo "== erased"
quietly rpm -e keepalived
state
rm -r /etc/keepalived

echo "== ours alone"
quietly rpm -i --nodeps "$ours"
state
rpm -V --nodeps keepalived
rpm -ql keepalived | grep /mibs/
grep -E '^(Type|KillMode|PIDFile|EnvironmentFile|ExecStart|ExecReload|Condition)' /usr/lib/systemd/system/keepalived.service
