// Package iproute reads the name tables of iproute2 (rt_tables, rt_protos,
// rt_scopes, rt_realms, rt_dsfield, group), with which a configuration may
// name routing tables, protocols and the like (01-configuration section 10).
//
// A file is looked for in each directory in turn, the first one found
// counts, and so do all NAME.d/*.conf beside it. A small built-in table
// stands behind the files; a number needs no table at all.
//
// The package keeps what it has read; it never reads a file that no lookup
// asks for, and an unreadable file is an empty one.
package iproute
