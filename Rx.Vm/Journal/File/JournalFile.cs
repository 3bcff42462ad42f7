using System.Security.Cryptography;

namespace Rx.Vm.Journal;

/// <summary>Journals as files.</summary>
public static class JournalFile
{
    /// <summary>
    /// Reads a journal; it may still be being written. A torn or damaged end is no error: <see cref="JournalRecording.End"/> tells, and
    /// everything before it is returned. The file is not changed.
    /// </summary>
    /// <exception cref="JournalException">It can't be opened, is no journal, or was written in a later format.</exception>
    public static JournalRecording Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Read(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new JournalException(JournalFault.Unusable, path, $"can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a journal from <paramref name="stream"/>, to its end. <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="JournalException">It is no journal, or was written in a later format.</exception>
    public static JournalRecording Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new JournalReader(stream, name).Read();
    }

    /// <summary>
    /// Writes a recording, as from <see cref="VmJournal.Snapshot"/>, with what is missing of it as gaps. Does not close the
    /// stream.
    /// </summary>
    /// <exception cref="JournalException">An event is over the size of a record, or its text is no Unicode; nothing was written.</exception>
    public static void Write(Stream stream, JournalRecording recording) =>
        Write(stream, recording, RandomNumberGenerator.GetBytes(JournalFormat.SaltBytes));

    /// <summary>As the other, with the salt given: the same recording and salt give the same bytes.</summary>
    internal static void Write(Stream stream, JournalRecording recording, ReadOnlySpan<byte> salt)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(recording);
        var batch = new JournalBatch(recording.Header, salt);
        foreach (var entry in recording.Entries)
        {
            if (!batch.Add(entry))
            {
                throw new JournalException(
                    JournalFault.EventNotWritable, recording.Header.VmId,
                    $"event {entry.Index} can't be written: over {JournalFormat.MaxPayloadBytes} bytes, or no Unicode");
            }
        }

        batch.Skip(recording.Seen);
        stream.Write(batch.Bytes);
    }
}
