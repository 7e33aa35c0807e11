"""bash in all its states: a script and a host go in, every course of events that a run may take comes out.

It knows the shell (GNU bash 5.2 manual, POSIX.1-2024 for sh) and neither npm, PM2 nor a project.
"""
