//! Salesforce's own domains.

use crate::origin::lies_below;

/// Domains that Salesforce serves together, with login hosts of their own.
struct Family {
    /// The domain of the hosts `login` and `test`, which Connected Apps want as audience.
    login: &'static str,
    /// The domains that serve APIs.
    apis: &'static [&'static str],
}

/// The first family serves all orgs but those of the two others.
const FAMILIES: [Family; 3] = [
    // `isSalesforceDomain` of src/util/sfdcUrl.ts in github.com/forcedotcom/sfdx-core.
    Family { login: "salesforce.com", apis: &["salesforce.com", "force.com", "cloudforce.com"] },
    // Government Cloud of the US Department of Defense: `isSalesforceDomain` and `toLightningDomain`
    // of the same file, and github.com/forcedotcom/sfdx-core/pull/1335.
    Family { login: "salesforce.mil", apis: &["salesforce.mil", "crmforce.mil"] },
    // Salesforce on Alibaba Cloud (China): `isSalesforceDomain` of the same file. Its login and test
    // hosts as audiences: github.com/simple-salesforce/simple-salesforce/pull/799.
    Family { login: "sfcrmproducts.cn", apis: &["sfcrmproducts.cn"] },
];

/// Whether the host lies below a domain that serves APIs of Salesforce, label by label.
pub(super) fn is_api_host(host: &str) -> bool {
    FAMILIES.iter().any(|family| family.has(host))
}

/// The login host (production) or test host (sandbox) that serves the first of these hosts that is
/// Salesforce's own.
pub(super) fn login_host(hosts: [&str; 2]) -> String {
    let family = hosts.iter().find_map(|host| FAMILIES.iter().find(|family| family.has(host)));
    let family = family.unwrap_or(&FAMILIES[0]);
    let kind = if hosts.iter().any(|host| is_sandbox(host)) { "test" } else { "login" };
    format!("https://{kind}.{}", family.login)
}

impl Family {
    fn has(&self, host: &str) -> bool {
        self.apis.iter().any(|domain| lies_below(host, domain))
    }
}

/// Whether the host is of a sandbox or scratch org. Enhanced domains have a label that says so.
/// Older sandboxes have `--` in their name, or are on a `cs` instance.
fn is_sandbox(host: &str) -> bool {
    let mut labels = host.split('.');
    let first = labels.next().unwrap_or_default();
    FAMILIES.iter().any(|family| host.strip_prefix("test.") == Some(family.login))
        || first.contains("--")
        || first
            .strip_prefix("cs")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        || labels.any(|label| matches!(label, "sandbox" | "scratch"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sandboxes_are_known_by_their_host() {
        for host in [
            "test.salesforce.com",
            "test.sfcrmproducts.cn",
            "acme--dev.sandbox.my.salesforce.com",
            "acme--dev.sandbox.my.sfcrmproducts.cn",
            "velocity-ability-1234.scratch.my.salesforce.com",
            "acme--dev.my.salesforce.com",
            "cs42.salesforce.com",
        ] {
            assert!(is_sandbox(host), "{host}");
        }
        for host in [
            "login.salesforce.com",
            "test.example.com",
            "acme.my.salesforce.com",
            "sandbox.my.salesforce.com",
            "orgfarm-1-dev-ed.develop.my.salesforce.com",
            "csx.my.salesforce.com",
        ] {
            assert!(!is_sandbox(host), "{host}");
        }
    }

    #[test]
    fn fault_60_each_family_has_its_own_login_hosts() {
        for (hosts, login) in [
            (["acme.my.salesforce.com"; 2], "https://login.salesforce.com"),
            (["acme.my.salesforce.mil"; 2], "https://login.salesforce.mil"),
            (["acme.my.sfcrmproducts.cn"; 2], "https://login.sfcrmproducts.cn"),
            (["acme--dev.sandbox.my.sfcrmproducts.cn"; 2], "https://test.sfcrmproducts.cn"),
            (["portal.example.com", "acme.my.sfcrmproducts.cn"], "https://login.sfcrmproducts.cn"),
            (["test.sfcrmproducts.cn", "api.example.com"], "https://test.sfcrmproducts.cn"),
            (["evilsfcrmproducts.cn"; 2], "https://login.salesforce.com"),
            (["portal.example.com"; 2], "https://login.salesforce.com"),
        ] {
            assert_eq!(login_host(hosts), login);
        }
    }
}
