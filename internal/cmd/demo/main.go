// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Command demo shows in four acts what this provider does, with the example
// that users start from, in the sandbox. It exits 0 only if every act came out
// as it should.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// insideFlag marks the second run of this program, inside the sandbox.
const insideFlag = "inside"

func main() {
	inside := flag.String(insideFlag, "", "for the demo itself: play the acts on the `stage` in this folder, inside the sandbox")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := start(ctx, *inside)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\ndemo: %v\n", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, inside string) error {
	if flag.NArg() > 0 {
		return errors.New("takes no arguments")
	}
	if inside != "" {
		return play(ctx, stage{dir: inside}, os.Stdout)
	}
	return produce(ctx, os.Stdout)
}
