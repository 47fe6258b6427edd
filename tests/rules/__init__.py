"""What the source must keep to, read from its text: each rule is a checker that is tested on an offender too."""
