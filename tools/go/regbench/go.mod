module registry-gitops/tools/regbench

go 1.26.7
