"""What a workload is made of: images today, inventories and advisories next."""
