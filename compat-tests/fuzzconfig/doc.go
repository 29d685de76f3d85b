// Command fuzzconfig changes configurations at random and compares what two
// programs say about each of them with -t: ours and the C daemon of version
// 2.2.7 that Debian has.
//
// The configurations are those of parser/testdata/golden, and of the corpus when
// there is one (-corpus or KEEPALIVED_CORPUS). A mutant follows from the number
// of the run (-seed) and its own number, so it can be made again: -first N
// -count 1. Both programs run in network and mount namespaces of this process,
// with the interfaces that the configurations name and with stubs for their
// scripts; nothing of it is seen outside.
//
// With -language the configurations come from the table of keywords in their
// place: each keyword in the least that can be around it, with nothing, with
// every kind of value and the ends of its range, in every shape that a line or
// block can have, in blocks where it is wrong, beside each other keyword of its
// block, before and after what it depends on; and each option of the languages
// of one line with all of this and with each other option. There are some
// 150,000, always the same ones; -seed says which of them come first, -count
// how many are run.
//
// With -arguments each argument of a keyword, of a line and of an option is in
// turn a word that nobody means: an empty one, a quote that is alone, one that is
// very long, a number in an odd spelling. These are some 69,000 more.
//
// With -forms each configuration is asked about itself, in the ways in which
// files come to somebody's machine: included, cut, twice, with other line ends
// or interfaces, without a brace, with the signs of a web page, a word processor
// or another language.
//
// Version 2.2.7 is not the version that we replace. What is known to be
// different between the two, and what we do otherwise on purpose, is taken out
// of both answers before they are compared: table.go has a row with a reason for
// each. A mutant on which the C daemon crashes or hangs has no answer to compare
// with; ours must not do either.
//
// The report has the share of equal exit statuses and of equal messages, how
// often each row was needed, and the differences in clusters, each with its
// smallest example. Clusters and examples are also written to the directory of
// -out. The exit status is 1 when fewer exit statuses are equal than -aim asks
// for, or when ours crashed or hung.
package main
