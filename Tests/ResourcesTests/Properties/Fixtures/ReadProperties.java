// SPDX-License-Identifier: Apache-2.0

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;
import java.util.TreeMap;

/** Reads a file as Connect does, and prints each property as two words in base64. */
class ReadProperties {
    public static void main(String[] arguments) throws IOException {
        Properties properties = new Properties();
        try (FileInputStream file = new FileInputStream(arguments[0])) {
            properties.load(file);
        }
        new TreeMap<Object, Object>(properties).forEach((key, value) -> System.out.println(word(key) + " " + word(value)));
    }

    private static String word(Object text) {
        return "=" + Base64.getEncoder().encodeToString(((String) text).getBytes(StandardCharsets.UTF_16BE));
    }
}
