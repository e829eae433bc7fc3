"""What others look for in containers, by the names they use, and why we do not where we do not."""

FALCO = (
    "Adding ssh keys to authorized_keys",
    "BPF Program Not Profiled",
    "Backdoored library loaded into SSHD (CVE-2024-3094)",
    "Basic Interactive Reconnaissance",
    "Change thread namespace",
    "Clear Log Activities",
    "Contact EC2 Instance Metadata Service From Container",
    "Contact K8S API Server From Container",
    "Contact cloud metadata service from container",
    "Container Drift Detected (chmod)",
    "Container Drift Detected (open+create)",
    "Create Hardlink Over Sensitive Files",
    "Create Symlink Over Sensitive Files",
    "DB program spawned process",
    "Debugfs Launched in Privileged Container",
    "Decoding Payload in Container",
    "Delete or rename shell history",
    "Detect crypto miners using the Stratum protocol",
    "Detect outbound connections to common miner pool ports",
    "Detect release_agent File Container Escapes",
    "Directory traversal monitored file read",
    "Disallowed SSH Connection Non Standard Port",
    "Drop and execute new binary in container",
    "Execution from /dev/shm",
    "Fileless execution via memfd_create",
    "Find AWS Credentials",
    "Java Process Class File Download",
    "Launch Excessively Capable Container",
    "Launch Package Management Process in Container",
    "Launch Privileged Container",
    "Launch Remote File Copy Tools in Container",
    "Launch Sensitive Mount Container",
    "Launch Suspicious Network Tool in Container",
    "Linux Kernel Module Injection Detected",
    "Modify Container Entrypoint",
    "Modify Shell Configuration File",
    "Netcat Remote Code Execution in Container",
    "PTRACE anti-debug attempt",
    "PTRACE attached to process",
    "Packet socket created in container",
    "Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)",
    "Potential Local Privilege Escalation via Environment Variables Misuse",
    "Read environment variable from /proc files",
    "Read sensitive file trusted after startup",
    "Read sensitive file untrusted",
    "Redirect STDOUT/STDIN to Network Connection in Container",
    "Remove Bulk Data from Disk",
    "Run shell untrusted",
    "Schedule Cron Jobs",
    "Search Private Keys or Passwords",
    "Set Setuid or Setgid bit",
    "Sudo Potential Privilege Escalation",
    "System user interactive",
    "Terminal shell in container",
    "Unprivileged Delegation of Page Faults Handling to a Userspace Process",
    "User mgmt binaries",
    "Write below binary dir",
    "Write below etc",
    "Write below root",
)
"""Rules of falcosecurity/rules (stable, incubating, sandbox) that are about what happens in a container."""

GUARDDUTY = (
    "Backdoor/C&CActivity.B",
    "CryptoCurrency/BitcoinTool.B",
    "DefenseEvasion/FilelessExecution",
    "DefenseEvasion/KernelModuleLoaded",
    "DefenseEvasion/ProcessInjection.Proc",
    "DefenseEvasion/ProcessInjection.Ptrace",
    "DefenseEvasion/ProcessInjection.VirtualMemoryWrite",
    "DefenseEvasion/PtraceAntiDebugging",
    "DefenseEvasion/SuspiciousCommand",
    "Discovery/SuspiciousCommand",
    "Execution/MaliciousFileExecuted",
    "Execution/NewBinaryExecuted",
    "Execution/NewLibraryLoaded",
    "Execution/ReverseShell",
    "Execution/SuspiciousCommand",
    "Execution/SuspiciousShellCreated",
    "Execution/SuspiciousTool",
    "Impact/AbusedDomainRequest.Reputation",
    "Impact/BitcoinDomainRequest.Reputation",
    "Impact/CryptoMinerExecuted",
    "Impact/MaliciousDomainRequest.Reputation",
    "Impact/SuspiciousDomainRequest.Reputation",
    "Persistence/SuspiciousCommand",
    "PrivilegeEscalation/CGroupsReleaseAgentModified",
    "PrivilegeEscalation/ContainerMountsHostDirectory",
    "PrivilegeEscalation/DockerSocketAccessed",
    "PrivilegeEscalation/ElevationToRoot",
    "PrivilegeEscalation/RuncContainerEscape",
    "PrivilegeEscalation/SuspiciousCommand",
    "PrivilegeEscalation/UserfaultfdUsage",
    "Trojan/BlackholeTraffic",
    "Trojan/DGADomainRequest.C",
    "Trojan/DriveBySourceTraffic",
    "Trojan/DropPoint",
    "Trojan/PhishingDomainRequest",
    "UnauthorizedAccess/MetadataDNSRebind",
    "UnauthorizedAccess/TorClient",
    "UnauthorizedAccess/TorRelay",
)
"""Findings of GuardDuty's Runtime Monitoring, without `:Runtime`; a `!DNS` twin is not named twice."""

ATTACK = (
    "T1036", "T1046", "T1059", "T1068", "T1070", "T1071", "T1105", "T1190", "T1485", "T1486", "T1496",
    "T1499", "T1548", "T1552.001", "T1552.005", "T1552.007", "T1562.001", "T1609", "T1611", "T1613",
)  # fmt: skip
"""Techniques of MITRE's matrix for containers that happen inside of one. Sub-techniques answer for theirs."""

_REPUTATION = (
    "the reputation of names is AWS's knowledge; `known-bad-address` takes lists, and comes with few"
)
_AT_START = "Fargate has no such containers; `outrider scan task:` and `patch` look at the task definition"

NOT_COVERED = {
    "Backdoored library loaded into SSHD (CVE-2024-3094)": (
        "the supervisor does not see libraries being loaded; the scanner finds the package by its version"
    ),
    "Contact K8S API Server From Container": "no Kubernetes is in an ECS task; destinations are the policy's",
    "Container Drift Detected (chmod)": (
        "a mode bit is no program yet: `dropped-program` and `program-not-of-image` tell when it is run"
    ),
    "Disallowed SSH Connection Non Standard Port": (
        "which ports a program may reach is what the model learns and the policy decides"
    ),
    "Java Process Class File Download": "what is read from a connection never leaves the kernel, by design",
    "Launch Excessively Capable Container": _AT_START,
    "Launch Privileged Container": _AT_START,
    "Launch Sensitive Mount Container": _AT_START,
    "Modify Container Entrypoint": (
        "the supervisor is the entry point, on a volume of its own: `defender-tampering`"
    ),
    "Potential Local Privilege Escalation via Environment Variables Misuse": (
        "events carry no environment, as secrets are in it; under no_new_privs set-user-ID gives no rights"
    ),
    "Read sensitive file trusted after startup": (
        "reads are told where the policy protects a path; `credential-search` looks at those"
    ),
    "System user interactive": "events have numbers of users, not what kind they are; see `terminal-shell`",
    "User mgmt binaries": "who makes a user writes /etc/passwd, and the policy decides on writes",
    "Write below root": "which paths may be written is what the model learns and the policy decides",
    "Backdoor/C&CActivity.B": _REPUTATION,
    "Impact/AbusedDomainRequest.Reputation": _REPUTATION,
    "Impact/BitcoinDomainRequest.Reputation": _REPUTATION,
    "Impact/SuspiciousDomainRequest.Reputation": _REPUTATION,
    "Trojan/DGADomainRequest.C": (
        "no model of names that programs make up; `dns-tunnel` sees long and many ones, not odd ones"
    ),
    "Trojan/DriveBySourceTraffic": _REPUTATION,
    "Trojan/PhishingDomainRequest": _REPUTATION,
    "T1499": "exhaustion is measured, not seen in single acts: CloudWatch's metrics of the service have it",
}
"""Name → why no detector of ours is after it."""
