package message

// Lines of the state machine (03-vrrp section 7). "(%s)" is the instance.
const (
	AdvertTimeout  = "(%s) Receive advertisement timeout"
	EnteringMaster = "(%s) Entering MASTER STATE"
	EnteringBackup = "(%s) Entering BACKUP STATE"
	BackupAtStart  = "(%s) Entering BACKUP STATE (init)"
	EnteringFault  = "(%s) Entering FAULT STATE"
	FaultAtStart   = "(%s) entering FAULT state"

	InterfaceFault = "(%s): entering FAULT state (interface %s down)"
	FileFault      = "(%s): entering FAULT state (tracked file %s has status %d)"
	ProcessFault   = "(%s) entering FAULT state (tracked process %s quorum not achieved)"
	AddressFault   = "(%s) entering FAULT state (no IPv%d address for interface)"
	ScriptFault    = "(%s): entering FAULT state due to script %s"

	FileNowFault    = "(%s): tracked file %s now FAULT state"
	FileLeaves      = "(%s): tracked file %s leaving FAULT state"
	PrioritySet     = "(%s) Setting effective priority to %d"
	PriorityChanged = "(%s) Changing effective priority from %d to %d"

	MasterSet          = "(%s) master set to %s"
	MasterChanged      = "(%s) master changed from %s to %s"
	BackupPriorityZero = "(%s) Backup received priority 0 advertisement"
	LowerDiscarded     = "(%s) received lower priority (%d) advert from %s - discarding"
	StartPreemptDelay  = "(%s) start preempt delay (%d.%06d)"
	StopPreemptDelay   = "(%s) stop preempt delay"
	IntervalLearned    = "(%s) advertisement interval updated from %dms to %dms by master"
	IntervalOwn        = "(%s) changing advert interval from %dms to locally configured %dms"

	SentPriorityZero   = "(%s) sent 0 priority"
	MasterPriorityZero = "(%s) Master received priority 0 message"
	LowerReceived      = "(%s) Received advert from %s with lower priority %d, ours %d"
	ForcingElection    = ", forcing new election"
	HigherReceived     = "(%s) Master received advert from %s with higher priority %d, ours %d"
	SameReceived       = "(%s) Master received advert from %s with same priority %d but higher IP address than ours"
	OwnAddressReceived = "(%s) WARNING - equal priority advert received from remote host with our IP address."
	ThreadTimerExpired = "VRRP thread timer expired %d.%06d seconds ago"

	TwoOwners       = "(%s) CONFIGURATION ERROR: local instance and %s are both configured as address owner, please resolve"
	StillOwner      = "(%s) %s is still advertising as address owner, please resolve - reducing our priority"
	OwnerStopped    = "(%s): rogue address owner appears to have stopped advertising"
	RestoredLower   = "(%s) Restoring our priority to 255 since received advert with lower priority"
	RestoredMissing = "(%s) Restoring our priority to 255 since other address owner has disappeared"

	GroupToMaster = "VRRP_Group(%s) Syncing instances to MASTER state"
	GroupToBackup = "VRRP_Group(%s) Syncing instances to BACKUP state"
	GroupToFault  = "VRRP_Group(%s) Syncing instances to FAULT state"
	GroupAtStart  = "VRRP_Group(%s): Syncing %s to FAULT state"
)
