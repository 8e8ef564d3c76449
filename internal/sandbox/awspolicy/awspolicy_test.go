// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package awspolicy_test

import (
	"strings"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox/awspolicy"
)

// request is what all tests ask unless they say otherwise.
func request() awspolicy.Request {
	return awspolicy.Request{
		Account: "111122223333", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k",
		Context: map[string]string{"aws:securetransport": "true", "aws:principaltag/team": "x", "aws:sourceip": "192.0.2.7"},
	}
}

const allowAll = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:*","Resource":"*"}`

func TestAllows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, statements string
		want             bool
	}{
		{"root of the account", allowAll, true},
		{"the account", `{"Effect":"Allow","Principal":{"AWS":["111122223333"]},"Action":["s3:getobject"],"Resource":["arn:aws:s3:::b/*"]}`, true},
		{"everyone", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`, true},
		{"everyone in AWS", `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}`, true},
		{"another account", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"*","Resource":"*"}`, false},
		{"one role of the account", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r"},"Action":"*","Resource":"*"}`, false},
		{"a service", `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"*","Resource":"*"}`, false},
		{"no principal", `{"Effect":"Allow","Action":"*","Resource":"*"}`, false},
		{"allow but NotPrincipal", `{"Effect":"Allow","NotPrincipal":{"AWS":"999999999999"},"Action":"*","Resource":"*"}`, false},
		{"another action", `{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*"}`, false},
		{"action with a wildcard", `{"Effect":"Allow","Principal":"*","Action":"s3:Get?bject*","Resource":"*"}`, true},
		{"all actions but", `{"Effect":"Allow","Principal":"*","NotAction":"s3:Put*","Resource":"*"}`, true},
		{"all actions but this", `{"Effect":"Allow","Principal":"*","NotAction":"s3:Get*","Resource":"*"}`, false},
		{"the bucket is not the object", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b"}`, false},
		{"all resources but", `{"Effect":"Allow","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::c/*"}`, true},
		{"all resources but this", `{"Effect":"Allow","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::b/*"}`, false},
		{"no resource", `{"Effect":"Allow","Principal":"*","Action":"*"}`, false},
		{"a deny wins", allowAll + `,{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}`, false},
		{"a deny of others", allowAll + `,{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}`, true},
		{"a deny of all others", allowAll + `,{"Effect":"Deny","NotPrincipal":{"AWS":"999999999999"},"Action":"*","Resource":"*"}`, false},
		{"nothing", ``, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			check(t, `[`+test.statements+`]`, test.want)
		})
	}
}

func check(t *testing.T, statements string, want bool) {
	t.Helper()
	doc, err := awspolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":` + statements + `}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Allows(request()); got != want {
		t.Errorf("%s: allowed %t, want %t", statements, got, want)
	}
}

// TestConditions says of each condition whether an Allow that has it allows,
// and whether a Deny that has it leaves the request alone.
func TestConditions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		condition    string
		allows, lets bool
	}{
		{`"StringEquals":{"aws:PrincipalTag/Team":"x"}`, true, false},
		{`"StringEquals":{"aws:PrincipalTag/Team":["y","x"]}`, true, false},
		{`"StringEquals":{"aws:PrincipalTag/Team":"y"}`, false, true},
		{`"StringEquals":{"aws:PrincipalTag/Team":"*"}`, false, true},
		{`"StringNotEquals":{"aws:PrincipalTag/Team":"y"}`, true, false},
		{`"StringNotEquals":{"aws:PrincipalTag/Team":["y","x"]}`, false, true},
		{`"StringEqualsIgnoreCase":{"aws:PrincipalTag/Team":"X"}`, true, false},
		{`"StringLike":{"aws:PrincipalTag/Team":"*"}`, true, false},
		{`"ForAnyValue:StringLike":{"aws:PrincipalTag/Team":"x*"}`, true, false},
		{`"ForAnyValue:StringLike":{"aws:CalledVia":"x*"}`, false, true},
		{`"ForAllValues:StringLike":{"aws:CalledVia":"x*"}`, true, false},
		{`"StringEquals":{"aws:SourceVpce":"vpce-1"}`, false, true},
		{`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`, true, false},
		{`"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}`, true, false},
		{`"Bool":{"aws:SecureTransport":true}`, true, false},
		{`"Bool":{"aws:SecureTransport":"false"}`, false, true},
		{`"Null":{"aws:SourceVpce":"true"}`, true, false},
		{`"Null":{"aws:SourceVpce":"false"}`, false, true},
		{`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, true, false},
		{`"IpAddress":{"aws:SourceIp":"192.0.2.8"}`, false, true},
		{`"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","x"]}`, false, true},
		{`"StringEquals":{"aws:PrincipalTag/Team":"x"},"Bool":{"aws:SecureTransport":"false"}`, false, true},
		// What is not known allows nothing, and denies.
		{`"NumericLessThan":{"aws:MultiFactorAuthAge":"1"}`, false, false},
		{`"StringEquals":{"aws:PrincipalTag/Team":"${aws:PrincipalTag/Team}"}`, false, false},
	} {
		t.Run(test.condition, func(t *testing.T) {
			t.Parallel()
			check(t, withCondition(allowAll, test.condition), test.allows)
			check(t, `[`+allowAll+`,`+withCondition(strings.Replace(allowAll, "Allow", "Deny", 1), test.condition)+`]`, test.lets)
		})
	}
}

func withCondition(statement, condition string) string {
	return strings.TrimSuffix(statement, "}") + `,"Condition":{` + condition + `}}`
}

func TestTrustPoliciesNameNoResource(t *testing.T) {
	t.Parallel()
	doc, err := awspolicy.Parse([]byte(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r"},"Action":"sts:AssumeRole"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := awspolicy.Request{Account: "111122223333", Action: "sts:AssumeRole"}
	if doc.Allows(r) {
		t.Error("a caller whose name is not known is taken for the role")
	}
	if r.ARN = "arn:aws:iam::111122223333:role/r"; !doc.Allows(r) {
		t.Error("the role itself is refused")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		``, `[]`, `{}`, `{"Statement":[{"Effect":"allow"}]}`, `{"Statement":"x"}`, `{"Statement":[1]}`,
		`{"Statement":{"Effect":"Allow","Principal":"arn:aws:iam::111122223333:root"}}`,
		`{"Statement":{"Effect":"Allow","Principal":[]}}`,
		`{"Statement":{"Effect":"Allow","Action":{}}}`, `{"Statement":{"Effect":"Allow","Action":[null]}}`,
	} {
		if doc, err := awspolicy.Parse([]byte(raw)); err == nil {
			t.Errorf("%s: read as %+v", raw, doc)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"Statement":[`+withCondition(allowAll, `"StringLike":{"a":["*b?"]}`)+`]}`), "*a*")
	f.Fuzz(func(_ *testing.T, raw []byte, action string) {
		if doc, err := awspolicy.Parse(raw); err == nil {
			r := request()
			r.Action = action
			doc.Allows(r)
		}
	})
}
