"""A test bed: a real Kubernetes with Flux, on this machine, that is gone without a trace a second after its use.

    launch.py   outside: a folder, control groups and namespaces of the kernel, and afterwards: none of them
      inside.py   in those namespaces, as their first process: what the bed sees of the machine
        bed.py      starts the cluster, part by part, and runs a command on it

A cluster is a handful of programs. etcd is its memory; the API server is the only one that speaks with etcd, and all
others speak with the API server; the controller manager makes Pods out of Deployments; the scheduler gives each Pod a
node (`control_plane.py`). On the node, the kubelet has containerd run the Pods that the node was given, and kube-proxy
leads a Service's address to its Pods (`node.py`). CoreDNS knows Services by name (`dns.py`). Flux's three controllers
fetch sources, apply folders and install charts (`flux.py`).

All of them run in one network, mount and PID namespace: when the first process of a PID namespace ends, the kernel ends
all others, and with them go mounts, network and firewall rules. So nothing has to be taken down in order, whatever
happened before, and no other cluster on the machine is in the way.
"""
