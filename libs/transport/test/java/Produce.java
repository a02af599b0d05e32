import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes batches with Kafka's own client. Arguments: brokers and topic. Each line of standard input is one batch, its fields apart by
 * tabs: codec, end of its transaction (none, commit, abort), partition, number of records, text. Each record holds the text and its number
 * in the batch, and the headers "codec" and "trace".
 */
public class Produce {
  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int batch = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine(), batch += 1) {
      String[] fields = line.split("\t");
      write(args[0], args[1], fields[0], fields[1], Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), fields[4], batch);
    }
  }

  private static void write(String brokers, String topic, String codec, String end, int partition, int count, String text, int batch) throws Exception {
    boolean transactional = !end.equals("none");
    Map<String, Object> settings = new java.util.HashMap<>(Map.of("bootstrap.servers", brokers, "compression.type", codec, "linger.ms", 1000, "batch.size", 1_000_000));
    if (transactional) settings.put("transactional.id", topic + "-" + batch);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      if (transactional) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      Future<?> last = null;
      for (int index = 0; index < count; index += 1) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, bytes("key"), bytes(text + " " + index));
        record.headers().add("codec", bytes(codec)).add("trace", bytes(text));
        last = producer.send(record);
      }
      producer.flush();
      if (last != null) last.get();
      if (end.equals("commit")) producer.commitTransaction();
      if (end.equals("abort")) producer.abortTransaction();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
