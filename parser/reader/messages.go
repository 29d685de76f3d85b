package reader

// The texts that any keyword may give, worded as the C daemon words them
// (messages.tsv).
const (
	MsgUnknownKeyword   = "Unknown keyword '%s'"
	MsgUnexpectedOpen   = "Unexpected '{' - ignoring"
	MsgMissingOpen      = "Missing '{' at beginning of configuration block"
	MsgExtraClose       = "Extra '}' found"
	MsgMissingClose     = "There are %d missing '%s's or extra '%s's"
	MsgExtraParameters  = "Block %s has extra parameters %s ..."
	MsgMissingParameter = "*** Configuration line starting `%s` is missing a parameter after keyword `%s` at word position %d"
	MsgMissingFirst     = "*** Configuration line starting `%s` is missing a parameter at word position %d"

	// MsgTooMany is ours; the C daemon has no limit.
	MsgTooMany = "too many problems - not reporting the rest"

	msgNegative       = "%snegative number '%s'"
	msgInvalid        = "%sinvalid number '%s'"
	msgUnsignedWide   = "%snumber '%s' outside unsigned integer range"
	msgUnsignedRange  = "%snumber '%s' outside range [%d, %d]"
	msgUnsigned64Wide = "%snumber '%s' outside unsigned 64 bit range"
	msgSignedWide     = "%snumber '%s' outside integer range"
	msgSignedRange    = "number '%s' outside range [%d, %d]"
	msgDecimalPlaces  = "%snumber '%s' has too many decimal places"
	msgDecimalWide    = "%snumber '%s' outside unsigned decimal range"
	msgDecimalRange   = "%snumber '%s' outside range [%s, %s]"
	msgUnclosedQuote  = "String '%s': missing terminating %c"
	missingWord       = "***MISSING ***"
)
