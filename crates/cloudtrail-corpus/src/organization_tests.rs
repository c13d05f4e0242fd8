use std::collections::BTreeSet;

use super::*;

#[test]
fn accounts_are_all_different_and_stay_the_same() {
    let config = OrganizationConfig { accounts: 100, ..OrganizationConfig::default() };
    let organization = Organization::new(&config);
    let ids: BTreeSet<&str> = organization.accounts.iter().map(|account| account.id.as_str()).collect();
    let names: BTreeSet<&str> = organization.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!((ids.len(), names.len()), (100, 100));
    assert!(ids.iter().all(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())));
    let fewer = Organization::new(&OrganizationConfig { accounts: 3, ..config });
    assert_eq!(fewer.accounts[2].role_ids, organization.accounts[2].role_ids);
}

#[test]
fn there_is_always_an_account_and_a_region() {
    let nothing = OrganizationConfig { accounts: 0, regions: 0, ..OrganizationConfig::default() };
    let organization = Organization::new(&nothing);
    assert_eq!((organization.accounts.len(), organization.regions.len()), (1, 1));
}
