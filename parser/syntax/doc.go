// Package syntax is the shape of a configuration: statements, blocks and
// stray braces, found in the logical lines of package source.
//
// The grammar is participle's for the top level: a list of items. Its tokens
// are the heads of the items, from a hand-written lexer that makes one piece of
// each part of a line between two braces, because words mean something only to
// the keyword that they follow. The lexer reads the block of an item along
// with its head: a participle parser wants all of its tokens at once, which
// for every piece of a large file is half of all memory and a third of the
// time. Nothing is an error here: what does not fit is kept as a stray brace,
// so that each process can report it in its own way.
//
// The text is lexed once. Every process then walks the same tree with a
// [Cursor], which gives back the stream of pieces that the C daemon works on
// (01-configuration section 3.5), and can leave out a block as a whole.
package syntax
