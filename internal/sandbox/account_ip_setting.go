// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

const accountListSetting = accountPath + "/settings/types/acct_ip_acl_enable/names/default"

// listSetting is the type of the setting that enforces the account's lists. It
// is on where nobody has set it: that is what its deletion reverts to (S).
func listSetting() settingType {
	return settingType{
		payload: "acct_ip_acl_enable", shape: boolVal, deletable: true, initial: map[string]any{"value": true},
	}
}

// listEnforcement is the value that holds, set or not.
func (n *accountNet) listEnforcement() map[string]any {
	if n.enforce.value != nil {
		return n.enforce.value
	}
	return listSetting().initial
}

func (n *accountNet) enforcesLists() bool { return n.listEnforcement()["value"] == true }

func getListSetting(c *call) (any, error) {
	return listSetting().answer(&c.account.net.enforce, c.account.net.listEnforcement()), nil
}

func updateListSetting(c *call) (any, error) {
	kind := listSetting()
	var req patchSetting
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if !req.AllowMissing {
		return nil, invalidParameter("allow_missing must be true")
	}
	if err := require(text("field_mask", req.FieldMask), field{"setting", req.Setting != nil},
		field{"setting." + kind.payload, req.Setting[kind.payload] != nil}); err != nil {
		return nil, err
	}
	fields := object(map[string]shape{"etag": str, "setting_name": str, kind.payload: kind.shape})
	if err := fields.check("setting", req.Setting); err != nil {
		return nil, err
	}
	next, err := kind.merge(c.account.net.listEnforcement(), req)
	if err != nil {
		return nil, err
	}
	etag, _ := req.Setting["etag"].(string)
	if err := kind.checkEtag(&c.account.net.enforce, etag); err != nil {
		return nil, err
	}
	if err := c.storeListSetting(next, next["value"] == true); err != nil {
		return nil, err
	}
	return kind.answer(&c.account.net.enforce, c.account.net.listEnforcement()), nil
}

func deleteListSetting(c *call) (any, error) {
	if err := listSetting().checkEtag(&c.account.net.enforce, c.r.URL.Query().Get("etag")); err != nil {
		return nil, err
	}
	if err := c.storeListSetting(nil, listSetting().initial["value"] == true); err != nil {
		return nil, err
	}
	return map[string]any{"etag": c.account.net.enforce.etag}, nil
}

// storeListSetting refuses to enforce lists that would lock the caller out.
func (c *call) storeListSetting(value map[string]any, enforce bool) error {
	if err := c.useAccountLists(c.account.net.lists, enforce); err != nil {
		return err
	}
	c.account.net.enforce = setting{etag: randomHex(12), value: value}
	return nil
}
