//go:build !qemu

package compat

// tags are those with which the test is compiled for a guest.
const tags = ""
