"""What a workload is made of: images, inventories, advisories that apply, secrets, compliance; what to mend
first."""
