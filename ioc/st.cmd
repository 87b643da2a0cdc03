# What this site adds to the IOC, in iocsh. Lines before "iocInit" run when all records of dm-ioc are loaded, lines after it when the IOC runs.
# The variables P (prefix), TOP (working directory, to which iocsh's paths are relative) and SITE (folder of this file) are set. A record of
# yours that shows or commands DM has DTYP "dm" and an address that `dm-ioc pvs` lists.
#
# dbLoadRecords("$(SITE)/site.db", "P=$(P)")
iocInit
# dbl > pvs.txt
