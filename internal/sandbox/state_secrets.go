// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// maxTrusted is how many client secrets of an account are good at most: each
// start from a state file adds one, because the file holds none.
const maxTrusted = 8

// secretHash is what is kept of a client secret. The secrets are random and
// long: a slow hash would guard nothing.
type secretHash struct {
	Salt, Hash string
}

func keyedHash(salt []byte, value string) string {
	mac := hmac.New(sha256.New, salt)
	_, _ = mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))
}

// trustSecret makes a client secret good for the account's service principal,
// and the one that its list of secrets shows. Earlier ones stay good.
func (a *account) trustSecret(now time.Time, secret string) {
	a.secrets = append(slices.DeleteFunc(a.secrets, (*accountSecret).handedOut), &accountSecret{
		owner: strconv.FormatInt(a.principalID, 10), id: uuid.NewString(), hash: accountSecretHash(secret), created: now,
	})
	salt := rand.Text()
	a.trusted = append(a.trusted, secretHash{Salt: salt, Hash: keyedHash([]byte(salt), secret)})
	if extra := len(a.trusted) - maxTrusted; extra > 0 {
		a.trusted = slices.Clone(a.trusted[extra:])
	}
}

func (a *account) trusts(secret string) bool {
	return slices.ContainsFunc(a.trusted, func(known secretHash) bool {
		return hmac.Equal([]byte(known.Hash), []byte(keyedHash([]byte(known.Salt), secret)))
	})
}

// tokenKey is how a token is found.
func (e *emulator) tokenKey(token string) string { return keyedHash(e.tokenSalt, token) }
