// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// lineLog writes whole lines, one at a time.
type lineLog struct {
	mu sync.Mutex
	w  io.Writer
}

func newLineLog(w io.Writer) *lineLog {
	if w == nil {
		w = io.Discard
	}
	return &lineLog{w: w}
}

func (l *lineLog) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = fmt.Fprintf(l.w, "sandbox: "+format+"\n", args...)
}

// Write takes what the HTTP servers have to say, such as handshakes that fail
// because a program does not trust the sandbox's authority.
func (l *lineLog) Write(p []byte) (int, error) {
	// A handshake that ends in EOF is a connection that its client gave up.
	if line := bytes.TrimSpace(p); !bytes.HasSuffix(line, []byte(": EOF")) {
		l.printf("%s", line)
	}
	return len(p), nil
}
