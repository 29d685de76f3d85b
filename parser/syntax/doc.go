// Package syntax is the shape of a configuration: statements, blocks and
// stray braces, found in the logical lines of package source.
//
// The grammar is participle's; its tokens come from a hand-written lexer that
// makes one token of each piece of a line between two braces, because words
// mean something only to the keyword that they follow. A block is one token with
// all that is in it: participle's tokens are large, and most pieces are in blocks.
// The root, a list of items, parses itself (participle.Parseable). A participle
// parser wants all of its tokens at once, so the lexer ends its runs between
// items of the top level. Nothing is an error here: what does not fit is
// kept as a stray brace, so that each process can report it in its own way.
//
// The text is lexed once. Every process then walks the same tree with a
// [Cursor], which gives back the stream of pieces that the C daemon works on
// (01-configuration section 3.5), and can leave out a block as a whole.
package syntax
