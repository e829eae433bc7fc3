"""The reporter's second function: moves workload versions from stage to stage, and makes policies of them."""
