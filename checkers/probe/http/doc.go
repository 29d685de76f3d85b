// Package http is HTTP_GET and SSL_GET: one request per attempt, and the
// judgement of its reply (04-lvs-checkers 8.3). The request's octets and the
// way of reading the reply are the C daemon's; package net/http is not used,
// because a checker that repairs what a server says would not be one.
//
// A reply of any length is read without being kept: the digest is computed as
// it arrives, and of the text for a regular expression there is a window. A
// reply that does not end is given up after [Options.Limit].
//
// genhash uses [Fetch] as well.
package http
