// Package vrrp reads the blocks of the VRRP process: vrrp_instance,
// vrrp_sync_group, track_group, vrrp_script, vrrp_track_process, the static
// addresses, routes and rules, garp_group, linkbeat_interfaces and
// interface_up_down_delays (01-configuration sections 11 to 18).
//
// Work is done in two steps, as in the C daemon. While reading, each keyword
// is checked by itself and goes into an instance that still knows what was
// not said. After reading, [Room.Finish] completes the instances: defaults,
// inheritance from global_defs and sync groups, corrections in their order,
// conflicts between instances. What comes out are the values of core/config,
// in which nothing is unset any more.
//
// The order of messages is part of the contract (section 2.5).
package vrrp
