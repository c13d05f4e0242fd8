"""What digest files of CloudTrail prove: by Trailmill, and by aws-cli, the reference."""
