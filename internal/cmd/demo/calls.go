// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// calls counts the requests that the sandbox received, by service.
type calls map[string]int

// calls reads the sandbox's request log as it is now.
func (s stage) calls() (calls, error) {
	file, err := os.Open(s.requestLog())
	if err != nil {
		return nil, fmt.Errorf("reading the request log: %w", err)
	}
	counted, err := countCalls(file)
	return counted, errors.Join(err, file.Close())
}

func countCalls(log io.Reader) (calls, error) {
	counted := calls{}
	for lines := json.NewDecoder(log); ; {
		var request sandbox.Request
		err := lines.Decode(&request)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			// The last line may be on its way.
			return counted, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the request log: %w", err)
		}
		counted[request.Service]++
	}
}

// databricks is the number of calls to Databricks in any way, those that the
// sandbox refused included.
func (c calls) databricks() int {
	return c[sandbox.ServiceAccount] + c[sandbox.ServiceWorkspace] + c[sandbox.ServiceOIDC] + c[sandbox.ServiceRefused]
}

func (c calls) print(out io.Writer) {
	say(out, fmt.Sprintf("\nCalls so far: %d to the Databricks account API, %d to the workspace, %d for tokens; %d to AWS.",
		c[sandbox.ServiceAccount], c[sandbox.ServiceWorkspace], c[sandbox.ServiceOIDC], c[sandbox.ServiceAWS]))
}
