// Package trackfile reads track_file blocks (in their older spelling
// vrrp_track_file): files whose number changes a priority or a weight
// (01-configuration section 14). The VRRP process and the checker process
// both read them, each for itself, and each reports what is wrong.
package trackfile
