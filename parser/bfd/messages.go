package bfd

// The messages of bfd_instance.
const (
	msgDefined        = "BFD %s already specified"
	msgLongName       = "BFD name %s too long"
	msgConfigured     = "Configuration error: BFD instance %s already configured - ignoring"
	msgNameTooLong    = "Configuration error: BFD instance %s name too long (maximum length is %d characters) - ignoring"
	msgNoNeighbor     = "Configuration error: BFD instance %s has no %s address set, disabling instance"
	msgBadNeighbor    = "Configuration error: BFD instance %s has malformed %s address %s, ignoring instance"
	msgBadSource      = "Configuration error: BFD instance %s has malformed source address %s, ignoring"
	msgBadTime        = "Configuration error: BFD instance %s %s value %s is not valid (must be in range [%d-%d]), ignoring"
	msgBadMultiplier  = "Configuration error: BFD instance %s multiplier value %s not valid (must be in range [%d-%d]), ignoring"
	msgBadTTL         = "Configuration error: BFD instance %s ttl/hoplimit value %s not valid (must be in range [1-%d]), ignoring"
	msgBadMaxHops     = "Configuration error: BFD instance %s max_hops value %s not valid (must be in range [-1-%d]), ignoring"
	msgBadMultihop    = "Configuration error: BFD instance %s multihop setting not valid - %s"
	msgFamilies       = "Configuration error: BFD instance %s source address %s and %s address %s are not of the same family, disabling instance"
	msgDuplicatePair  = "Configuration error: BFD instance %s has duplicate source/%s address %s/%s, ignoring instance"
	msgDuplicate      = "Configuration error: BFD instance %s has duplicate %s address %s, ignoring instance"
	msgMaxHops        = "BFD instance %s: max_hops exceeds ttl/hoplimit - setting to ttl/hoplimit"
	msgBadWeight      = "Configuration error: BFD instance %s weight value %s not valid (must be in range [%d-%d]), ignoring"
	msgWeightOption   = "Configuration error: BFD instance %s unknown weight option %s"
	msgLargeTime      = "Configuration warning: BFD instance %s %s value %s is larger than max sensible (%d)"
	msgLargeMultipler = "Configuration warning: BFD instance %s multiplier value %s is larger than max sensible (%d)"
)
