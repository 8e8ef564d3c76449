// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import "time"

// propagation is how trust policies reach the whole of IAM. What it delays is
// what Databricks sees of them.
type propagation struct {
	delay time.Duration
	roles map[string]*trustPolicy
}

// trustPolicy is the policy of a role that holds, and the one on its way.
type trustPolicy struct {
	holds, next string
	at          time.Time
}

// SetIAMDelay makes the trust policies of roles, new ones and changed ones,
// hold only a while after Databricks first comes across them, by the sandbox's
// clock: until then it sees what was there before. IAM is eventually
// consistent, and the service passes its errors on.
func (s *Sandbox) SetIAMDelay(delay time.Duration) {
	v := s.em.aws
	v.mu.Lock()
	defer v.mu.Unlock()
	v.iam.delay = delay
}

// effective returns the trust policy that holds, given the one that was read.
// Nothing holds of a role that is new.
func (v *awsView) effective(arn, read string, now time.Time) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.iam.roles == nil {
		v.iam.roles = map[string]*trustPolicy{}
	}
	known := v.iam.roles[arn]
	if known == nil {
		known = &trustPolicy{}
		v.iam.roles[arn] = known
	}
	if known.next != read {
		if !now.Before(known.at) {
			known.holds = known.next
		}
		known.next, known.at = read, now.Add(v.iam.delay)
	}
	if now.Before(known.at) {
		return known.holds
	}
	return read
}
