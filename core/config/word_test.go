package config

import (
	"encoding/json"
	"testing"
)

// Enumerations are words in JSON, and survive the way to another process.
func TestWords(t *testing.T) {
	got, err := json.Marshal([]any{
		AuthAH, HMACReceiveOnly, ChecksumCompatNever, StateMaster, FlushOnStopVS, RouteAppend, ParamMatchPartial,
		ForwardDR, TunnelGRE, TunnelRemoteChecksum, ProtocolSCTP, CheckDNS, AuthType(9),
	})
	const want = `["AH","receive-only","never","MASTER","VS","append","partial","DR","gre","remcsum","sctp","DNS_CHECK","?"]`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	c := &Config{LVS: LVS{VirtualServers: []*VirtualServer{{Protocol: ProtocolSCTP, Method: Method{Forwarding: ForwardTUN, Tunnel: TunnelGUE}}}}}
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if v := back.LVS.VirtualServers[0]; v.Protocol != ProtocolSCTP || v.Method != (Method{Forwarding: ForwardTUN, Tunnel: TunnelGUE}) {
		t.Errorf("got %+v", v)
	}
}
