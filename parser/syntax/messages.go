package syntax

const msgUnmatchedQuote = "Unmatched quote: '%s'"
