package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.protocol.api.Rejected;

/** Public keys to write into trust files; nobody has their private halves any more. */
final class TestKeys {
  static final String ED25519 =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfJ6ChCARPkaN3uAdxaFRX9/rU/IaOINYiOCcpS82oZ";
  static final String ED25519_FINGERPRINT = "SHA256:x68VyTp6nbEqyi3GqGbPmBpI88LGdI5oinHOK1R652A";
  static final String P256 =
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMGk0m5m/EA2yZAy"
          + "1qlSvf8361BRpmGlFG/6lbkRfLQ03qy8fdM8adjYf+LZqVGACJmgjjXsogAlNBNjBwcOYg4=";
  static final String RSA_2048 =
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCikTARrMxjnnUcSoioFxFYoe22AT5KUHu+SywoxcveyAS4LED+"
          + "HnNGNJUSiRHvG8EncW7+Q3nODn5NvPc9YIeOlVtsbPR8q/P7CHfb4EAuJn4KKde2pI7YocuOXT7143sU6hVDidBa"
          + "LlhLW/SlQcLOZm89Gt9b/YKvrCuDHV29vZ66GqeVgc0gKnqawa/Yb3JTS9UfsT6f8eNpSGknxiY30N2Ovmfg34sb"
          + "BBDzb43z5crxFMc+m6lxaks522yNrakvh1auqOg+eEk2cMOHBBNZ8g3TSWbbAKtWKSMTYnZpus2OwcJvV7ngyhWp"
          + "WrXjM3jxEe6pEfa/NkqCjDqWFB5v";
  static final String DSA =
      "ssh-dss AAAAB3NzaC1kc3MAAACBAKaeJYpl4csRy3Fq5jhmrOVQspanRtFiiHylFp3dmgQHWRjxsSF+cFg1BTxT"
          + "0bvRStu9lnJYHsglFtWt4RBCFDvpvSZgk3v1eM2vO6MpYMrswDUkg88/ERoWzzFk+nJZsggXKj5BE0gmSim8y7In"
          + "tH+Cup7uaZteIzy1Au9aFAe9AAAAFQCVC97uF3KzKupXU6op4mywGcP87QAAAIEAm4VJzloj+Lj2rLn44UUSbo1o"
          + "mHlGQigYbiJ4JPqqnfVnfBHdSln+38jk+ItAiIGU5J3nQfIMpFmiloh3f1SDlnKEo2m0Um5MRwi7/eFEYqUz5eJc"
          + "E48V/DDsiUeYA/+6qBuS6iPjkS2i38jK4zaQFuFq7EgeYtf2U4c6Mg33Vu4AAACAE0gNtyYm+Kgh4GqkkGURqNiJ"
          + "sT1y1j3DLtDszHUNy43mO/jArI/ABidYV5i7BWLIaxMsYJmA1EjLLcCS59LToJM7uMhTVmpKPkXEmP20bis3EtLx"
          + "ObMc6gYqPsq3D9HZRH5+ETZn/TRHII6isv9OFVh0AXPLcE4xEhNgyFUGm0A=";

  private TestKeys() {}

  static AllowedSigners signers(String file) throws Rejected {
    return AllowedSigners.parse(file.getBytes(UTF_8));
  }

  static RevokedKeys revoked(String file) throws Rejected {
    return RevokedKeys.parse(file.getBytes(UTF_8));
  }
}
