// Package version says which keepalived this program is. It is the only place
// that does; it imports nothing of the house.
package version
