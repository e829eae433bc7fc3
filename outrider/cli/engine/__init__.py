"""Running the containers of a task on this machine: engines, their network, logs, and the loop over them."""
