using System.Buffers.Binary;
using System.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>
/// A <see cref="ShimPlan"/> as bytes. Both ends are this very executable, so there is no version; strings are length-prefixed because
/// a command line cannot carry an empty or a megabyte-long one. JSON would cost the set-up process more than everything else it does.
/// </summary>
internal static class ShimPlanCodec
{
    /// <summary>Encodes.</summary>
    public static byte[] Encode(ShimPlan plan)
    {
        using var output = new MemoryStream();
        Put(output, plan.Joins);
        Put(output, plan.Device);
        Put(output, plan.FsType);
        Put(output, plan.Rootfs);
        Put(output, plan.Overlay);
        Put(output, plan.Terminal);
        Put(output, plan.SeparateStderr);
        Put(output, plan.Hostname);
        Put(output, plan.Workdir);
        Put(output, plan.Command);
        Put(output, plan.Variables);
        Put(output, plan.User);
        Put(output, plan.Group);
        Put(output, plan.AdditionalGroups);
        Put(output, plan.Namespaces.Length);
        foreach (var descriptor in plan.Namespaces)
        {
            Put(output, descriptor);
        }

        return output.ToArray();
    }

    /// <summary>Decodes. Throws <see cref="InvalidDataException"/> on anything but an encoded plan.</summary>
    public static ShimPlan Decode(ReadOnlySpan<byte> bytes)
    {
        var input = new Reader(bytes);
        var plan = new ShimPlan
        {
            Joins = input.Flag(),
            Device = input.Text(),
            FsType = input.Text(),
            Rootfs = input.Text(),
            Overlay = input.Flag(),
            Terminal = input.Flag(),
            SeparateStderr = input.Flag(),
            Hostname = input.Text(),
            Workdir = input.Text(),
            Command = input.Texts(),
            Variables = input.Texts(),
            User = input.Text(),
            Group = input.Text(),
            AdditionalGroups = input.Texts(),
            Namespaces = input.Numbers(),
        };
        input.RequireEnd();
        return plan;
    }

    private static void Put(MemoryStream output, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        output.Write(bytes);
    }

    private static void Put(MemoryStream output, bool value) => Put(output, value ? 1 : 0);

    private static void Put(MemoryStream output, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Put(output, bytes.Length);
        output.Write(bytes);
    }

    private static void Put(MemoryStream output, string[] values)
    {
        Put(output, values.Length);
        foreach (var value in values)
        {
            Put(output, value);
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public int Number()
        {
            var value = BinaryPrimitives.ReadInt32LittleEndian(Take(4));
            return value;
        }

        public bool Flag() => Number() != 0;

        public string Text() => Encoding.UTF8.GetString(Take(Number()));

        public string[] Texts()
        {
            var values = new string[Count()];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Text();
            }

            return values;
        }

        public int[] Numbers()
        {
            var values = new int[Count()];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Number();
            }

            return values;
        }

        public readonly void RequireEnd()
        {
            if (!_rest.IsEmpty)
            {
                throw new InvalidDataException("bytes after the plan");
            }
        }

        /// <summary>An element takes at least four bytes, so a count that cannot be true is known before anything is allocated.</summary>
        private int Count()
        {
            var count = Number();
            return count >= 0 && count <= _rest.Length / 4 ? count : throw new InvalidDataException("a count over the plan's length");
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length < 0 || length > _rest.Length)
            {
                throw new InvalidDataException("the plan is cut");
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
