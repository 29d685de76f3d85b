package http

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// Probe is one HTTP_GET or SSL_GET.
type Probe struct {
	subject probe.Subject
	target  config.Target
	limit   time.Duration
	urls    []*url
}

// url is one url block, ready for use.
type url struct {
	config  *config.HTTPURL
	request []byte
	tls     *tls.Config
	close   bool // with a close-notify
	pattern *pattern

	// What was told last, so that it is told once.
	difference int64
	tlsError   string
}

// New prepares the requests of a checker. clientCert is that of the SSL block,
// nil without one. Patterns that cannot be compiled are left out; err names
// them.
func New(k *config.Checker, rs *config.RealServer, vs *config.VirtualServer, s probe.Subject, clientCert *tls.Certificate) (p *Probe, err error) {
	p = &Probe{subject: s, target: k.Target, limit: max(k.DelayLoop, 10*k.Target.Timeout)}
	for i := range k.HTTP.URLs {
		c := &k.HTTP.URLs[i]
		u := &url{config: c, close: k.HTTP.TLSCompliant || c.TLSCompliant}
		u.request = Request(c.Path, host(c, k.HTTP, rs, vs, k.Target), k.HTTP.Version)
		if k.Kind == config.CheckSSL {
			u.tls = TLSConfig(serverName(c, k.HTTP, vs), clientCert)
		}
		if c.Regex != nil && c.Regex.Pattern != "" {
			pattern, perr := compile(c.Regex)
			err = errors.Join(err, perr)
			u.pattern = pattern
		}
		p.urls = append(p.urls, u)
	}
	return p, err
}

// TLSConfig is that of a checker: it speaks with every server, of every age,
// and verifies nothing (3.7).
func TLSConfig(serverName string, clientCert *tls.Certificate) *tls.Config {
	c := &tls.Config{
		ServerName: serverName,
		// A health check asks whether a server answers, not who it is.
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS10,
	}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		c.CipherSuites = append(c.CipherSuites, s.ID)
	}
	if clientCert != nil {
		c.Certificates = []tls.Certificate{*clientCert}
	}
	return c
}

// ClientCertificate reads the files of an SSL block. It returns nil when the
// block names no certificate.
func ClientCertificate(s *config.SSL) (*tls.Certificate, error) {
	if s == nil || s.Certificate == "" && s.Key == "" {
		return nil, nil
	}
	cert, err := os.ReadFile(s.Certificate)
	if err != nil {
		return nil, fmt.Errorf("ssl certificate: %w", err)
	}
	key := cert
	if s.Key != "" {
		if key, err = os.ReadFile(s.Key); err != nil {
			return nil, fmt.Errorf("ssl key: %w", err)
		}
	}
	if key, err = decrypt(key, s.Password); err != nil {
		return nil, fmt.Errorf("ssl key: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("ssl key: %w", err)
	}
	return &pair, nil
}

// decrypt opens a key with a password. The format (RFC 1423) is weak, but it
// is what such files have.
func decrypt(data []byte, password string) ([]byte, error) {
	b, _ := pem.Decode(data)
	//lint:ignore SA1019 see above
	if b == nil || !x509.IsEncryptedPEMBlock(b) {
		return data, nil
	}
	//lint:ignore SA1019 see above
	der, err := x509.DecryptPEMBlock(b, []byte(password))
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: b.Type, Bytes: der}), nil
}

// Probe fetches and judges one URL.
func (p *Probe) Probe(ctx context.Context, a probe.Attempt) probe.Result {
	var r probe.Result
	u := p.urls[a.URL]
	o := Options{Target: p.target, Request: u.request, TLS: u.tls, Compliant: u.close, Limit: p.limit}
	var s *searches
	if u.pattern != nil {
		s = &searches{whole: search{p: u.pattern}, body: search{p: u.pattern}}
		o.Tap, o.Body = s.whole.add, s.body.add
	}
	f := Fetch(ctx, &r, o)
	switch {
	case f.Outcome == probe.NoSocket || f.Outcome == probe.BindFailed:
		return f.Outcome.Void(&r, message.WebNoSocket, message.WebBindFailed)
	case f.Failure != "":
		r.Text = f.Failure
		return r
	}
	if f.TLSError != nil && u.tlsError != f.TLSError.Error() {
		u.tlsError = f.TLSError.Error()
		r.Notef(message.WebTLSProtocolError, u.tlsError)
	}
	p.judge(&r, u, f.Reply, s)
	return r
}

// judge is the evaluation of 8.3, steps 2 to 5.
func (p *Probe) judge(r *probe.Result, u *url, reply *Reply, s *searches) {
	if !u.accepts(reply.Status) {
		r.Text = message.WebStatusError
		return
	}
	kind := message.WebStatusKind
	if d := reply.ContentLength - reply.Received; reply.ContentLength >= 0 && d != u.difference {
		if d != 0 {
			r.Notef(message.ContentLength, p.subject.RS, p.subject.VS, u.config.VirtualHost, u.config.Path, reply.ContentLength, reply.Received)
		}
		u.difference = d
	}
	if len(u.config.Digest) > 0 {
		kind = message.WebDigestKind
		if !bytes.Equal(u.config.Digest, reply.Digest()) {
			r.Text = message.WebDigestError
			return
		}
	}
	if s != nil {
		kind = message.WebRegexKind
		if s.end() == u.config.Regex.NoMatch {
			r.Text = message.WebRegexFailed
			return
		}
	}
	r.OK, r.Text = true, kind
}

func (u *url) accepts(status int) bool {
	if len(u.config.StatusCodes) == 0 {
		return status >= 200 && status <= 299
	}
	for _, c := range u.config.StatusCodes {
		if status >= int(c.First) && status <= int(c.Last) {
			return true
		}
	}
	return false
}
