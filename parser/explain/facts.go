package explain

// fact is what is known about a message besides its text.
type fact struct {
	// about are keywords of the block: what is missing there, or does not go
	// together. An earlier problem with one of them is the cause.
	about []string
	// meaning and advice may have {0}, {1}: what the placeholders stand for.
	meaning, advice string
	// fatal problems end a start, and refuse a reload.
	fatal bool
	// refers is the kind of the object that does not exist, or does not do;
	// name is the placeholder that has its name. All problems with the same
	// object have one cause.
	refers string
	name   int
	// value is the placeholder, counted from 1, that has the word which is
	// meant; 0: it is found.
	value int
	// find is set when the name that the placeholder has is to be looked for
	// in the block.
	find bool
	// drops is the kind of the object that is left out; its name is that of
	// the block.
	drops string
	// other says what the second object has done.
	other string
	// note is set for what is only logged, and yet worth showing; reading,
	// if it is logged while reading.
	note, reading bool
	// reason is set for what is only logged, and says why an object is left
	// out; reasoned, for what has such reasons.
	reason, reasoned bool
	// head is set when it is about the first line of the block.
	head bool
	// at is the keyword of the block that does not go together with the rest.
	at string
	// members is set when it counts the members of a group.
	members bool
	// same is the subject that several messages share.
	same string
}

const (
	interfaces = "interface"
	noStart    = "the daemon does not start with this (exit status 2), and VRRP is not examined any further"

	meaningInterface = "the daemon does not start while there is no such interface (exit status 2), unless global_defs has dynamic_interfaces"
	meaningUntracked = "the line is left out: {0} does not depend on it"
	meaningUnrun     = "the script will not run, and nothing that tracks it depends on it"
	meaningUnchecked = "the checker is left out: the real server is not checked by it"
	adviceSecurity   = "put enable_script_security, and a script_user, into global_defs"
)

// facts are by the templates of the messages. Messages that say themselves
// what becomes of the value are not in it, unless they follow from others.
func facts() map[string]fact {
	all := make(map[string]fact)
	for _, some := range []map[string]fact{
		interfaceFacts(), referenceFacts(), instanceFacts(), combinationFacts(), serverFacts(), scriptFacts(), reasonFacts(), fileFacts(),
	} {
		for template, f := range some {
			all[template] = f
		}
	}
	return all
}

func interfaceFacts() map[string]fact {
	missing := fact{refers: interfaces, meaning: meaningInterface}
	user := missing
	tracked := missing
	tracked.name = 1
	return map[string]fact{
		"WARNING - interface %s for vrrp_instance %s doesn't exist":     missing,
		"WARNING - interface %s for %s doesn't exist":                   user,
		"WARNING - interface %s specified for garp_group doesn't exist": missing,
		"(%s) tracked interface %s doesn't exist":                       tracked,
		"(%s) WARNING - VRF interface %s doesn't exist":                 tracked,
		"unknown interface %s specified for linkbeat interface":         {refers: interfaces, meaning: "the line is left out: the interface is not polled"},
		"unknown interface %s specified for up/down delay":              {refers: interfaces, meaning: "the line is left out: the interface has no delay"},
		"Non-existent interface specified in configuration": {
			fatal: true, same: interfaces,
			meaning: "the daemon does not start with this (exit status 2); nothing else about VRRP has been examined",
		},
	}
}

func referenceFacts() map[string]fact {
	return map[string]fact{
		"(%s) track script %s not found, ignoring...":  {refers: "vrrp_script", name: 1, meaning: meaningUntracked},
		"(%s) track file %s not found, ignoring...":    {refers: "track_file", name: 1, meaning: meaningUntracked},
		"(%s) track process %s not found, ignoring...": {refers: "vrrp_track_process", name: 1, meaning: meaningUntracked},
		"(%s) track bfd %s not found, ignoring...":     {refers: "bfd_instance", name: 1, meaning: meaningUntracked},
		"track_file %s not found":                      {refers: "track_file", meaning: meaningUnchecked},
		"(%s) BFD_CHECK - BFD %s not configured":       {refers: "bfd_instance", name: 1, meaning: meaningUnchecked},
		"track_group %s not found":                     {refers: "track_group", meaning: "it does not depend on any group"},
		"Virtual router %s specified in sync group %s doesn't exist - ignoring": {
			refers: "vrrp_instance", meaning: "the group goes on without it",
		},
		"Virtual router %s cannot exist in more than one sync group; ignoring %s": {other: "in this group already"},
		"Sync group %s, no matching virtual router found in group declaration - removing": {
			members: true, about: []string{"group"}, meaning: "there is no such group",
		},
		"Sync group %s has only 1 virtual router(s) - this probably isn't what you want": {members: true, meaning: "it is used as it is"},
		"Sync group %s has no members - removing":                                        {about: []string{"group"}, meaning: "there is no such group"},
		"Static track group %s has no members - removing":                                {about: []string{"group"}},
		"Virtual router %s specified in track group %s doesn't exist - ignoring":         {note: true, refers: "vrrp_instance"},
		"Virtual server group %s specified but not configured - ignoring virtual server %s": {
			note: true, refers: "virtual_server_group", meaning: "the virtual server is left out",
		},
		"%s: virtual server group with IPv4 & IPv6 doesn't match virtual server %s - ignoring": {note: true},
		"%s: address family doesn't match virtual server %s - ignoring":                        {note: true},
		"Unable to find vrrp instance %s for lvs_syncd - clearing lvs_syncd config": {
			note: true, refers: "vrrp_instance", meaning: "there is no sync daemon",
		},
	}
}

func instanceFacts() map[string]fact {
	fatal := func(about ...string) fact { return fact{fatal: true, about: about} }
	clash := fact{fatal: true, at: "virtual_router_id", other: "uses it already"}
	return map[string]fact{
		"vrrp instance %s already defined":                              {other: "first defined here", meaning: "the whole block is left out"},
		"vrrp sync group %s already defined":                            {other: "first defined here", meaning: "the whole block is left out"},
		"(%s) the virtual router id must be set":                        fatal("virtual_router_id"),
		"(%s) Unknown interface!":                                       fatal("interface"),
		"(%s) cannot use VMAC if no interface specified":                fatal("interface"),
		"(%s): Unicast instances must have unicast_src_ip or interface": fatal("unicast_src_ip", "interface", "mcast_src_ip"),
		"(%s) Non link-local address required if interface omitted":     fatal("unicast_src_ip", "interface", "mcast_src_ip"),
		"(%s) Unicast peers are not supported in strict mode":           fatal("unicast_peer"),
		"(%s) No VIP specified; at least one is required":               fatal("virtual_ipaddress"),
		"(%s) No VIP specified; at least one is sensible":               {about: []string{"virtual_ipaddress"}, meaning: "the instance runs without an address"},
		"%s and %s both use VRID %d with IPv%d on interface %s":         clash,
		"(%s) duplicate VRID conflict with %s VRID %d":                  clash,

		"(%s): Cannot use VMAC/ipvlan with unicast and no interface - clearing use_vmac": {about: []string{"interface"}},
		"(%s): Cannot use unicast_ttl without unicast peers - resetting":                 {about: []string{"unicast_peer"}},
		"(%s) A unicast keyword has been specified without any unicast peers. Defaulting to multicast. This usage is deprecated - please update your configuration.": {
			about: []string{"unicast_peer"}, meaning: "the adverts are sent by multicast",
			advice: "add a unicast_peer block, or unicast_fault_no_peer",
		},
		"(%s) auth_hmac active_key %d is not defined, disabling extension": {about: []string{"key", "active_key"}, meaning: "adverts are sent and taken without authentication"},
		"(%s) interface %s does not support multicast, specify unicast peers - disabling": {
			about: []string{"unicast_peer"}, meaning: "the instance stays in FAULT state",
		},
		"(%s) unicast with use_vmac requires vmac_xmit_base - setting":                                    {at: "use_vmac", advice: "add vmac_xmit_base"},
		"Warning - empty notification_email block":                                                        {meaning: "no mail is sent"},
		"Rule has no preference specified - setting to %d. This is probably not what you want.":           {advice: "add preference <number>: rules are looked through in that order"},
		"(%s): vmacs are only supported on Ethernet type interfaces":                                      {meaning: "the instance stays in FAULT state"},
		"(%s) IPv4 ipvlan requires a source ip address to be configured. setting instance to fault state": {about: []string{"mcast_src_ip", "unicast_src_ip"}},
		"(%s) VIP/eVIP %s uses same VMAC as VRRP instance %s, disabling %s":                               {meaning: "{3} stays in FAULT state"},
		"(%s): no interface for %svip %s - removing":                                                      {about: []string{"interface"}},
		"Truncating auth_pass to %d characters":                                                           {meaning: "only the first {0} characters are used"},
		"(%s) unknown state '%s', defaulting to BACKUP":                                                   {meaning: "the instance starts as BACKUP"},
		"(%s) Cannot use unicast without any peers - going to fault state":                                {note: true, meaning: "the instance stays in FAULT state"},
		"garp group %d does not have any delay set - removing":                                            {about: []string{"garp_interval", "gna_interval"}},
		"Configuration error: BFD instance %s has no %s address set, disabling instance":                  {about: []string{"neighbor_ip", "neighbour_ip"}, drops: "bfd_instance", meaning: "there is no such session"},
		"Configuration error: BFD instance %s has malformed %s address %s, ignoring instance":             {drops: "bfd_instance", meaning: "there is no such session"},
	}
}

// combinationFacts are about keywords that do not go together.
func combinationFacts() map[string]fact {
	at := func(keyword string) fact { return fact{at: keyword} }
	unsigned := fact{at: "authentication", meaning: "adverts are sent and taken without authentication"}
	noPass := unsigned
	noPass.about = []string{"auth_pass"}
	return map[string]fact{
		"(%s) VRRP version 3 does not support authentication. Ignoring.":              unsigned,
		"(%s) Strict mode does not support authentication. Ignoring.":                 unsigned,
		"(%s) Authentication specified but no password given. Ignoring":               noPass,
		"(%s) Cannot use AH authentication with IPv6. ignoring":                       unsigned,
		"(%s) auth_hmac cannot be combined with authentication, dropping legacy auth": at("authentication"),
		"(%s) Initial state master is incompatible with AH authentication - clearing": {at: "state", meaning: "the instance starts as BACKUP"},
		"(%s) State MASTER must match being address owner": {
			at: "state", meaning: "the instance starts in the state that goes with its priority: MASTER with 255, BACKUP with any other",
		},
		"(%s) nopreempt is incompatible with priority %d. resetting nopreempt":                                          {at: "nopreempt", meaning: "nopreempt has no effect"},
		"(%s) Warning - nopreempt will not work with initial state MASTER - clearing":                                   {at: "nopreempt", meaning: "nopreempt has no effect", advice: "use state BACKUP on all members"},
		"(%s) Warning - preempt delay will not work with initial state MASTER - clearing":                               {at: "preempt_delay", meaning: "preempt_delay has no effect"},
		"(%s) preempt_delay is incompatible with strict mode - resetting":                                               {at: "preempt_delay", meaning: "preempt_delay has no effect"},
		"(%s) preempt_delay is incompatible with nopreempt mode - resetting":                                            {at: "preempt_delay", meaning: "preempt_delay has no effect"},
		"(%s) down_timer_adverts is incompatible with strict mode - resetting":                                          {at: "down_timer_adverts", meaning: "3 is used instead"},
		"(%s) expired_timer_backup requires nopreempt - resetting":                                                      at("timer_expired_backup"),
		"(%s) warning - accept mode for VRRP version 2 does not comply with RFC3768 - resetting":                        {at: "accept", meaning: "packets to the virtual addresses are dropped"},
		"(%s) multicast destination specified with unicast - ignoring":                                                  at("mcast_dst_ip"),
		"(%s) Strict mode requires no repeat garps. resetting":                                                          {at: "garp_lower_prio_repeat", meaning: "0 is used instead"},
		"(%s) Strict mode requires no repeat garp delay. resetting":                                                     {at: "garp_lower_prio_delay", meaning: "0 is used instead"},
		"(%s) Strict mode requires no lower priority advert. resetting":                                                 at("lower_prio_no_advert"),
		"(%s) strict mode requires higher_prio_send_advert to be clear. resetting":                                      at("higher_prio_send_advert"),
		"(%s) ignoring owner_ignore_adverts since priority is not %d":                                                   at("owner_ignore_adverts"),
		"(%s) strict_mode with priority %d requires owner_ignore_adverts":                                               at("owner_ignore_adverts"),
		"(%s) VRRPv2 advertisement interval %.2fs is out of range. Must be less than %ds. Setting to %ds":               at("advert_int"),
		"(%s) VRRPv2 advertisement interval %fs must be an integer. rounding":                                           at("advert_int"),
		"(%s) VRRPv3 advertisement interval %.2fs is out of range. Must be less than %.2fs. Setting to %.2fs":           at("advert_int"),
		"(%s) VRRPv3 advertisement interval %fs must be in units of 10ms - rounding":                                    at("advert_int"),
		"(%s) xmit_base is incompatible with strict mode - resetting":                                                   at("vmac_xmit_base"),
		"(%s) vmac_xmit_base is only valid with a vmac":                                                                 at("vmac_xmit_base"),
		"(%s) promote_secondaries is automatically set for vmacs - ignoring":                                            at("promote_secondaries"),
		"(%s) vrf can only be specified with%s - clearing":                                                              at("vrf"),
		"(%s) no_virtual_ipaddress and strict mode incompatible, clearing no_virtual_ipaddress":                         at("no_virtual_ipaddress"),
		"(%s) strict mode requires auth_hmac mode enforce":                                                              at("auth_hmac"),
		"(%s) Ignoring track_interface %s since own interface":                                                          {at: "track_interface", meaning: "the interface of an instance is watched anyway"},
		"(%s) ignoring tracked script %s with weights due to %s":                                                        {at: "track_script", meaning: meaningUntracked},
		"(%s) ignoring tracked file %s with weight %d due to %s":                                                        {at: "track_file", meaning: meaningUntracked},
		"(%s) ignoring tracked bfd %s with weight %d due to %s":                                                         {at: "track_bfd", meaning: meaningUntracked},
		"(%s) Number of VIPs (%d) exceeds maximum/space available in packet (max %d addresses) - excess moved to eVIPs": at("virtual_ipaddress"),

		"Virtual server %s: cannot use ha_suspend with fwmarks - clearing ha_suspend":                at("ha_suspend"),
		"Virtual server %s: one packet scheduling requires UDP - resetting":                          at("ops"),
		"Warning: Virtual server %s: protocol specified for fwmark - protocol will be ignored":       at("protocol"),
		"Virtual server %s: hysteresis %d >= quorum %d; setting hysteresis to %d":                    {at: "hysteresis", about: []string{"quorum", "hysteresis"}},
		"WARNING - virtual server %s, sorry server has port specified - clearing":                    at("sorry_server"),
		"WARNING - virtual server %s and sorry server ports don't match - resetting":                 at("sorry_server"),
		"WARNING - virtual server %s, sorry server has port specified - port will be ignored":        at("sorry_server"),
		"WARNING - fwmark virtual server %s, sorry server has port specified - port will be ignored": at("sorry_server"),
	}
}

func serverFacts() map[string]fact {
	return map[string]fact{
		"Virtual server %s has no real servers - ignoring":                                          {about: []string{"real_server"}, meaning: "there is no such virtual server"},
		"Invalid virtual server IP address%s %s%s%s - skipping":                                     {meaning: "the whole block is left out"},
		"Invalid real server ip address/port %s/%s - skipping":                                      {value: 1, meaning: "the whole block is left out: the real server does not exist"},
		"Virtual server %s: no protocol set - defaulting to UDP":                                    {about: []string{"protocol"}},
		"Virtual server %s: no scheduler set, setting default '%s'":                                 {about: []string{"lb_algo", "lvs_sched"}},
		"Virtual server %s: no forwarding method set, setting default NAT":                          {about: []string{"lb_kind", "lvs_method"}},
		"Warning - quorum %d for %s exceeds total weight of real servers %d, reducing quorum to %d": {at: "quorum", about: []string{"real_server", "quorum", "weight"}},
		"VS %s: real server %s is duplicated - removing second rs":                                  {other: "first defined here", meaning: "this block is left out"},
		"WARNING - virtual server %s and real server %s ports don't match - resetting":              {meaning: "the real server gets the port of the virtual server: only lb_kind NAT can change it"},
		"WARNING - fwmark virtual server %s, real server %s has port specified - clearing":          {meaning: "packets keep their port: only lb_kind NAT can change it"},
		"HTTP/SSL_GET checker has no urls specified - ignoring":                                     {about: []string{"url"}, meaning: meaningUnchecked},
		"Address family of virtual server and real server %s don't match - skipping real server.": {
			head: true, meaning: "the whole block is left out: the real server does not exist",
		},
		"HTTP/SSL_GET checker url has no path - ignoring":               {about: []string{"path"}},
		"No script path has been specified for MISC_CHECKER - skipping": {about: []string{"misc_path"}, meaning: meaningUnchecked},
		"FILE_CHECK has no track_file specified - ignoring":             {about: []string{"track_file"}, meaning: meaningUnchecked},
		"(%s) No name has been specified for BFD_CHECKER - skipping":    {about: []string{"name"}, meaning: meaningUnchecked},
		"Unable to set default user for misc script %s - removing":      {meaning: meaningUnchecked, same: "user"},
		"Failed to set uid/gid for misc checker script %s - removing":   {reasoned: true, meaning: meaningUnchecked},
		"Disabling misc script %s since not found/accessible":           {note: true, reasoned: true, meaning: meaningUnchecked},
		"Disabling misc script %s due to insecure":                      {note: true, reasoned: true, meaning: meaningUnchecked},
		"regex parameters specified without regex":                      {note: true, reading: true},
	}
}

func scriptFacts() map[string]fact {
	violation := fact{same: "security", meaning: "the scripts run all the same", advice: adviceSecurity}
	return map[string]fact{
		"No script set for vrrp_script %s - removing":                                                       {drops: "vrrp_script", about: []string{"script"}, meaning: meaningUnrun},
		"Unable to set default user for vrrp script %s - removing":                                          {drops: "vrrp_script", same: "user", meaning: meaningUnrun},
		"Unable to set uid/gid for script %s":                                                               {drops: "vrrp_script", meaning: meaningUnrun},
		"Disabling track script %s since not found/accessible":                                              {drops: "vrrp_script", about: []string{"script"}, meaning: meaningUnrun},
		"Disabling track script %s due to insecure":                                                         {drops: "vrrp_script", meaning: meaningUnrun},
		"Error setting global script uid/gid":                                                               {same: "user", reasoned: true, meaning: "scripts that name no user of their own will not run"},
		"Unable to set default user %s for script":                                                          {same: "user", meaning: "scripts that name no user of their own will not run", advice: "add that user, or put a script_user into global_defs"},
		"Invalid user/group for %s script %s - ignoring":                                                    {note: true, reading: true, meaning: "the script will not run"},
		"Warning - script %s is not used":                                                                   {note: true, meaning: "the script will not run: no instance tracks it"},
		"track process '%s' process name not specified":                                                     {drops: "vrrp_track_process", about: []string{"process"}},
		"SECURITY VIOLATION - scripts are being executed but script_security not enabled.%s":                violation,
		"SECURITY VIOLATION - check scripts are being executed but script_security not enabled.%s":          violation,
		"SECURITY VIOLATION - start/shutdown scripts are being executed but script_security not enabled.%s": violation,
		"Invalid smtp server %s %s":                                                                         {meaning: "no mail is sent"},
	}
}

// reasonFacts are about what is only logged, and says why a script will not
// run. Those that are no notes are told with the script that is left out.
func reasonFacts() map[string]fact {
	unrun := fact{note: true, reason: true, find: true, meaning: "the script will not run"}
	reason := fact{reason: true}
	reading := fact{reason: true, reading: true}
	return map[string]fact{
		"Script %s cannot be accessed - %s":                                      unrun,
		"WARNING - script '%s' is not executable for uid:gid %d:%d - disabling.": unrun,
		"Cannot find script %s in path - disabling":                              unrun,
		"Permissions failure for script %s in path - disabling":                  unrun,
		"Unsafe permissions found for script '%s'.%s":                            reason,
		"Wrong file type found in script path '%s'.":                             reason,
		"check_script_secure could not find script '%s' - disabling":             reason,
		"Script user '%s' does not exist":                                        reading,
		"Script group '%s' does not exist":                                       reading,
	}
}

func fileFacts() map[string]fact {
	dropped := "the file is not watched, and nothing that tracks it depends on it"
	return map[string]fact{
		"No file set for track_file %s - ignoring":                            {drops: "track_file", about: []string{"file"}, meaning: dropped},
		"realpath() error %d (%s) for %s":                                     {drops: "track_file", meaning: dropped, advice: "the directory of the file has to exist when the configuration is read"},
		"track file directory for %s does not exist - removing":               {drops: "track_file", meaning: dropped},
		"The filesystem of %s is read only or cannot be monitored - ignoring": {drops: "track_file", meaning: dropped},
	}
}
